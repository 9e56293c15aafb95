/* SPDX-License-Identifier: MIT */
/*
 * minicunit.h: as much of CUnit's interface as our tests use, for hosts where
 * CUnit is not at hand (the cross builds). A failed assertion is counted and
 * told on stderr; the test goes on, as with CUnit's.
 */
#ifndef VC_TESTS_MINICUNIT_H
#define VC_TESTS_MINICUNIT_H

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

extern unsigned mini_failures;
extern jmp_buf mini_out;

#define MINI_CHECK(ok, text)						\
	do {								\
		if (!(ok)) {						\
			mini_failures++;				\
			fprintf(stderr, "    %s:%d: %s\n", __FILE__,	\
				__LINE__, text);			\
		}							\
	} while (0)
/* Out of the test, from whichever depth. */
#define MINI_FATAL(ok, text)						\
	do {								\
		if (!(ok)) {						\
			MINI_CHECK(0, text);				\
			longjmp(mini_out, 1);				\
		}							\
	} while (0)

#define CU_ASSERT(x)		MINI_CHECK((x), #x)
#define CU_ASSERT_TRUE(x)	MINI_CHECK((x), #x)
#define CU_ASSERT_FALSE(x)	MINI_CHECK(!(x), "not " #x)
#define CU_ASSERT_EQUAL(a, b)	MINI_CHECK((a) == (b), #a " == " #b)
#define CU_ASSERT_NOT_EQUAL(a, b) MINI_CHECK((a) != (b), #a " != " #b)
#define CU_ASSERT_PTR_EQUAL(a, b) \
	MINI_CHECK((const void *)(a) == (const void *)(b), #a " == " #b)
#define CU_ASSERT_PTR_NOT_EQUAL(a, b) \
	MINI_CHECK((const void *)(a) != (const void *)(b), #a " != " #b)
#define CU_ASSERT_PTR_NULL(a)	MINI_CHECK((a) == NULL, #a " is NULL")
#define CU_ASSERT_PTR_NOT_NULL(a) MINI_CHECK((a) != NULL, #a " is not NULL")
#define CU_ASSERT_STRING_EQUAL(a, b) \
	MINI_CHECK(!strcmp((a), (b)), #a " equals " #b)
#define CU_ASSERT_STRING_NOT_EQUAL(a, b) \
	MINI_CHECK(strcmp((a), (b)), #a " differs from " #b)
#define CU_ASSERT_NSTRING_EQUAL(a, b, n) \
	MINI_CHECK(!strncmp((a), (b), (n)), #a " begins as " #b)
#define CU_ASSERT_DOUBLE_EQUAL(a, b, g) \
	MINI_CHECK(fabs((double)(a) - (b)) <= fabs((double)(g)), #a " ~ " #b)
#define CU_ASSERT_FATAL(x)		MINI_FATAL((x), #x)
#define CU_ASSERT_TRUE_FATAL(x)		MINI_FATAL((x), #x)
#define CU_ASSERT_FALSE_FATAL(x)	MINI_FATAL(!(x), "not " #x)
#define CU_ASSERT_EQUAL_FATAL(a, b)	MINI_FATAL((a) == (b), #a " == " #b)
#define CU_ASSERT_PTR_NOT_NULL_FATAL(a) \
	MINI_FATAL((a) != NULL, #a " is not NULL")
#define CU_PASS(text)		((void)0)
#define CU_FAIL(text)		MINI_CHECK(0, text)
#define CU_FAIL_FATAL(text)	MINI_FATAL(0, text)

#endif
