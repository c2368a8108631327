#ifndef PR_EXPERIMENT_ACTIVITIES_H
#define PR_EXPERIMENT_ACTIVITIES_H

/* Finding activities in a document: references by name (docs/engine.md 4.1). */

#include <jansson.h>
#include <stdbool.h>

/*
 * The activity that `item` stands for: itself, or with a truthy `ref` the one of that name in the
 * method or among the probes of the hypothesis (the later of two equal names, the hypothesis before
 * the method). NULL: no such activity. Borrowed from `document`.
 */
json_t *pr_activity_resolve(const json_t *document, json_t *item);

/* The probes of the hypothesis; NULL or an array. Borrowed. */
json_t *pr_document_probes(const json_t *document);

/* The method likewise. */
json_t *pr_document_method(const json_t *document);

/* The rollbacks likewise. */
json_t *pr_document_rollbacks(const json_t *document);

/* Whether the hypothesis has anything to check (docs/engine.md 6.1). */
bool pr_document_has_hypothesis(const json_t *document);

/* `name` of an activity as text for logs: "None" when it has none. Borrowed. */
const char *pr_activity_name(const json_t *activity);

/*
 * Whether it only pauses: of the module chaosreliably.activities.pauses (docs/protocol.md 6.1).
 * In a hypothesis such a one has no tolerance.
 */
bool pr_activity_is_pause(const json_t *activity);

/* Whether `type` is "probe". */
bool pr_activity_is_probe(const json_t *activity);

#endif
