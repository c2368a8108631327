#ifndef PR_CONTROL_TRACING_H
#define PR_CONTROL_TRACING_H

/*
 * The control chaostracing.oltp (docs/protocol.md 4.4): a trace of the run, sent to an OTLP
 * collector beside it. A span for the experiment; beneath it one for every check of the hypothesis,
 * for the method and for the rollbacks; beneath those one for every activity, and one more for the
 * request that an http activity makes, whose context goes to the peer. The activities that the
 * trace shows are those of the journal, with its times.
 */

#include "control/native.h"

/* The row of the table of native controls. Static. */
extern const struct pr_native_control pr_native_tracing;

#endif
