#ifndef PR_CLI_NOUN_H
#define PR_CLI_NOUN_H

/*
 * What the everyday commands on objects of the platform share (`plan-deployer NOUN VERB`): the
 * kinds of objects as a table, finding one by its id or its name, and showing what came back as a
 * table, JSON or YAML. They speak to any platform of docs/protocol.md 2, not only to `serve`.
 */

#include "base/uuid.h"
#include "cli/connection.h"

/* A column of the table: a dotted path into the object ("definition.schedule.type"). */
struct pr_column {
	const char *title;
	const char *path;
};

/* A kind of object. */
struct pr_noun_kind {
	const char *name;  /* as in commands and messages: "deployment" */
	const char *path;  /* below the organisation: "/deployments"; "" for organisations */
	const char *label; /* the member with the name that people gave it */
	const struct pr_column *columns;
	size_t column_count;
};

/* The kind of a noun; NULL: there is none of that name. Static. */
const struct pr_noun_kind *pr_noun_kind(const char *name);

/* A command at work. */
struct pr_noun {
	struct pr_context *context;
	const struct pr_args *args;
	const struct pr_noun_kind *kind; /* of the command: "plan" of `plan create` */
	struct pr_connection connection;
	int code;     /* to end with when all went well; PR_EXIT_OK */
	long refusal; /* HTTP status of what was refused last; 0: nothing was */
};

/*
 * Does the work of a verb: *ret_answer (owned by the caller; NULL: nothing to show) is shown with
 * the columns of the kind.
 */
typedef int pr_noun_fn(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err);

/* Connects, calls `work`, shows its answer; the exit code. */
int pr_noun_run(struct pr_context *context, const struct pr_args *args, pr_noun_fn *work);

/* The options of all these commands, as the first members of a table. */
#define PR_NOUN_OPTIONS                                                                          \
	{"output", 'o', PR_OPTION_VALUE, "FORM", "table, json, yaml, or id: ids alone (table).", \
		pr_noun_outputs},                                                                \
		{"config", 0, PR_OPTION_VALUE, "PATH",                                           \
			"Configuration (~/.config/reliably/config.toml).", NULL},                \
	{                                                                                        \
		"ca-file", 0, PR_OPTION_VALUE, "FILE",                                           \
			"Certificates of the authorities to trust.", NULL                        \
	}

extern const char *const pr_noun_outputs[];

/* One call below the organisation; what is refused or fails is told in `err`. `body` may be NULL.
 * Caller owns *ret_answer, NULL where the answer was no JSON. */
int pr_noun_ask(struct pr_noun *noun, const char *method, const char *path, const json_t *body,
	json_t **ret_answer, struct pr_err *err);

/* As pr_noun_ask for a text: the caller frees *ret_text. */
int pr_noun_ask_text(struct pr_noun *noun, const char *path, char **ret_text, struct pr_err *err);

/*
 * Writes the id of what `text` names: a UUID, or the name of one object of the kind. PR_ENOTFOUND
 * where there is none of that name, PR_EINVAL where there are several.
 */
int pr_noun_find(struct pr_noun *noun, const struct pr_noun_kind *kind, const char *text,
	char ret_id[PR_UUID_SIZE], struct pr_err *err);

/* The page `page` (from 1) of a list. Caller owns *ret_items, an array. */
int pr_noun_page(
	struct pr_noun *noun, const char *path, int page, json_t **ret_items, struct pr_err *err);

/* The first `most` objects of a list, as {"count", "items"}. */
int pr_noun_list(struct pr_noun *noun, const char *path, size_t most, json_t **ret_answer,
	struct pr_err *err);

/* The verbs that are the same for all kinds: `run` of their commands. This one lists objects. */
int pr_noun_verb_list(struct pr_context *context, const struct pr_args *args);

/* Prints one object. */
int pr_noun_verb_get(struct pr_context *context, const struct pr_args *args);

/* Deletes the objects that are named. */
int pr_noun_verb_delete(struct pr_context *context, const struct pr_args *args);

/* Their commands, for the tables of the nouns. */
extern const struct pr_command pr_noun_command_list;
extern const struct pr_command pr_noun_command_get;
extern const struct pr_command pr_noun_command_delete;

/* The verb names an object by a path of its own: "<path of the kind>/<id><after>". */
int pr_noun_post(struct pr_noun *noun, const char *method, const char *after, const json_t *body,
	json_t **ret_answer, struct pr_err *err);

#endif
