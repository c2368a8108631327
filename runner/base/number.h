#ifndef PR_BASE_NUMBER_H
#define PR_BASE_NUMBER_H

/* Numbers as Python writes them (docs/engine.md, appendix B), since journals and mixed texts hold
 * them so. */

#include "base/buf.h"

/*
 * Shortest text that reads back as the same double: "0.1", "1.0", "1e-07", "1e+16", "inf", "nan".
 * Adds it to `out`; status as of pr_buf_add.
 */
int pr_number_add(struct pr_buf *out, double value);

/* `value` rounded to 6 decimals, the form of durations of journal entries (docs/engine.md 8). */
double pr_number_round6(double value);

#endif
