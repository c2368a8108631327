#ifndef PR_ACTIVITY_HTTP_H
#define PR_ACTIVITY_HTTP_H

/* The provider `http` (docs/engine.md 4.4), as python-requests sends and reads. */

#include "activity/provider.h"

extern const struct pr_provider pr_provider_http;

#endif
