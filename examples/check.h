/* SPDX-License-Identifier: MIT */
/*
 * check.h: for the examples: each call is checked, and the library's own words
 * are printed when one fails.
 */
#ifndef EXAMPLES_CHECK_H
#define EXAMPLES_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(call)							\
	do {								\
		int check_rc = (call);					\
		if (check_rc < 0) {					\
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__,	\
				__LINE__, vc_error_name(check_rc),	\
				vc_last_error());			\
			exit(1);					\
		}							\
	} while (0)

#endif
