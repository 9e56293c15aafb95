/* SPDX-License-Identifier: MIT */
/*
 * main.c: runs the suites that the Makefile found and ends with one line of
 * totals. Arguments are parts of the names of suites or tests to run.
 */
#include <time.h>

#include "rig.h"

#ifndef VC_MINI_CUNIT
#include <CUnit/TestRun.h>
#else
unsigned mini_failures;
jmp_buf mini_out;
#endif

#define SUITE(name)	extern const struct rig_test rig_suite_##name[];
#include "suites.h"
#undef SUITE

static const struct {
	const char *name;
	const struct rig_test *tests;
} suites[] = {
#define SUITE(name)	{ #name, rig_suite_##name },
#include "suites.h"
#undef SUITE
	{ NULL, NULL }
};

static const char *skipped;

void rig_skip(const char *why)
{
	skipped = why;
}

static int wanted(const char *suite, const char *test, char **parts, int n)
{
	for (int i = 0; i < n; i++)
		if (strstr(suite, parts[i]) || strstr(test, parts[i]))
			return 1;
	return n == 0;
}

static double now(void)
{
	struct timespec ts;

	timespec_get(&ts, TIME_UTC);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* How many assertions of the test failed. */
static unsigned failures_of(const char *suite, const struct rig_test *t)
{
#ifdef VC_MINI_CUNIT
	(void)suite;
	mini_failures = 0;
	if (!setjmp(mini_out))
		t->fn();
	return mini_failures;
#else
	CU_pSuite s = CU_add_suite(suite, NULL, NULL);
	CU_pTest test = s ? CU_add_test(s, t->name, t->fn) : NULL;
	unsigned n;

	if (!test) {
		fprintf(stderr, "%s: CUnit: %s\n", t->name, CU_get_error_msg());
		return 1;
	}
	CU_run_test(s, test);
	n = CU_get_number_of_failures();
	for (CU_pFailureRecord f = CU_get_failure_list(); f; f = f->pNext)
		fprintf(stderr, "    %s:%u: %s\n", f->strFileName,
			f->uiLineNumber, f->strCondition);
	CU_cleanup_registry();
	CU_initialize_registry();
	return n;
#endif
}

int main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0, skips = 0;

#ifndef VC_MINI_CUNIT
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 2;
#endif
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; suites[i].name; i++) {
		const struct rig_test *t = suites[i].tests;

		for (; t->name; t++) {
			double start = now(), took;
			unsigned bad;

			if (!wanted(suites[i].name, t->name, argv + 1,
				    argc - 1))
				continue;
			skipped = NULL;
			bad = failures_of(suites[i].name, t);
			took = now() - start;
			if (bad) {
				failed++;
				printf("FAIL %s (%u)\n", t->name, bad);
			} else if (skipped) {
				skips++;
				printf("skip %s: %s\n", t->name, skipped);
			} else {
				passed++;
				printf("ok   %s", t->name);
				if (took >= 1)
					printf(" (%.1f s)", took);
				printf("\n");
			}
		}
	}
#ifndef VC_MINI_CUNIT
	CU_cleanup_registry();
#endif
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skips);
	return failed || !passed;
}
