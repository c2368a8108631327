#ifndef PR_CODEC_JSONPATH_PRIVATE_H
#define PR_CODEC_JSONPATH_PRIVATE_H

/*
 * The parts of codec/jsonpath.h: tokens (jsonpath_lexer.c), the tree (jsonpath_parser.c, its
 * literals jsonpath_literal.c), its walk over a value (jsonpath_match.c), filters
 * (jsonpath_filter.c), functions (jsonpath_function.c). All nodes of a tree live in the memory list
 * of their struct pr_jsonpath and are freed together.
 */

#include "codec/jsonpath.h"

#include <stdbool.h>
#include <stddef.h>

/* Integers of a path saturate here, so that adding a length to one cannot overflow. */
#define PR_JSONPATH_INT_MAX ((json_int_t)1 << 50)

enum pr_jsonpath_token_kind {
	PR_JP_END,
	PR_JP_NAME,    /* an identifier that is no keyword */
	PR_JP_STRING,  /* text without its quotes, escapes as they stand */
	PR_JP_NUMBER,  /* of JSON */
	PR_JP_KEYWORD, /* and or not contains true false null */
	PR_JP_SIGN,    /* everything else: "$", "..", "<=" */
};

struct pr_jsonpath_token {
	enum pr_jsonpath_token_kind kind;
	const char *text; /* inside the path's text, not terminated */
	size_t n;
	size_t at; /* offset where it begins, for messages */
};

/*
 * Reads the token at offset `*at` of `text` (terminated) and moves `*at` behind it. PR_EINVAL for a
 * character that begins none, and for strings that are not closed or hold a bad escape.
 */
int pr_jsonpath_lex(
	const char *text, size_t *at, struct pr_jsonpath_token *ret_token, struct pr_err *err);

/* Column, counted in characters from 1, of an offset. */
size_t pr_jsonpath_column(const char *text, size_t offset);

struct pr_jp_path;
struct pr_jp_expr;

/* A literal or a path: argument of a function, side of a comparison. */
struct pr_jp_operand {
	json_t *literal; /* owned by the tree; NULL: it is a path */
	struct pr_jp_path *path;
	struct pr_jp_operand *next; /* the next argument */
};

/*
 * A function of the dialect. Writes the result as a new value, or NULL where the value or the
 * arguments have the wrong kind. PR_ENOMEM.
 */
typedef int pr_jp_function(const json_t *value, json_t *const *args, size_t n, json_t **ret_result);

/* The most arguments of any function; calls with more give nothing. */
#define PR_JP_ARGS_MAX 2

enum pr_jp_select {
	PR_JP_KEY,
	PR_JP_INDEX,
	PR_JP_SLICE,
	PR_JP_ALL,
	PR_JP_FILTER,
	PR_JP_LOOKUP, /* the matches of a path are keys or indices */
	PR_JP_CALL,
};

/* One of the alternatives of a step. */
struct pr_jp_selector {
	enum pr_jp_select kind;
	const char *key;
	json_int_t index; /* the start of a slice */
	json_int_t stop;
	json_int_t step;
	bool has_stop;
	struct pr_jp_expr *filter;
	struct pr_jp_path *lookup;
	pr_jp_function *call;
	struct pr_jp_operand *args;
	size_t args_count;
	struct pr_jp_selector *next;
};

struct pr_jp_step {
	bool descend; /* ".." */
	struct pr_jp_selector *selectors;
	struct pr_jp_step *next;
};

struct pr_jp_path {
	bool current; /* begins at "@" */
	struct pr_jp_step *steps;
};

enum pr_jp_operator {
	PR_JP_EXISTS, /* a bare path, or the truth of a bare literal */
	PR_JP_EQ,
	PR_JP_NE,
	PR_JP_LT,
	PR_JP_LE,
	PR_JP_GT,
	PR_JP_GE,
	PR_JP_CONTAINS,
	PR_JP_NOT,
	PR_JP_AND,
	PR_JP_OR,
};

struct pr_jp_expr {
	enum pr_jp_operator op;
	struct pr_jp_expr *a; /* of NOT, AND, OR */
	struct pr_jp_expr *b; /* of AND, OR */
	struct pr_jp_operand left;
	struct pr_jp_operand right;
};

struct pr_jp_block;

struct pr_jsonpath {
	struct pr_jp_path root;
	struct pr_jp_block *blocks; /* all nodes and keys */
	json_t *literals;           /* an array that holds the literals of the tree */
};

/* `size` zeroed bytes that live as long as the path; NULL when memory is out. */
void *pr_jsonpath_alloc(struct pr_jsonpath *path, size_t size) PR_MUST_CHECK;

/* Nesting of a path, and how many parts it may have: both bound the stack and the work. */
#define PR_JP_DEPTH_MAX 64
#define PR_JP_PARTS_MAX 2000

/* A path on its way through the parser. */
struct pr_jp_parser {
	const char *text;
	size_t at; /* behind `token` */
	struct pr_jsonpath_token token;
	struct pr_jsonpath *tree;
	size_t depth;
	size_t parts;
	struct pr_err *err;
};

/* Reads the next token. */
int pr_jp_advance(struct pr_jp_parser *p);

/* Whether the present token is of that kind and text. */
bool pr_jp_is_token(
	const struct pr_jp_parser *p, enum pr_jsonpath_token_kind kind, const char *text);

/* Whether the present token is that sign. */
bool pr_jp_is_sign(const struct pr_jp_parser *p, const char *sign);

/* Fails with PR_EINVAL: something else than `what` stands here. */
int pr_jp_expected(struct pr_jp_parser *p, const char *what);

/* Reads the sign, or fails as pr_jp_expected. */
int pr_jp_expect_sign(struct pr_jp_parser *p, const char *sign, const char *what);

/* One level of nesting more, PR_ELIMIT beyond the last; the caller lowers `depth` again. */
int pr_jp_enter(struct pr_jp_parser *p);

/* The present token's text as a string that lives in the tree; reads the next token. */
int pr_jp_take_key(struct pr_jp_parser *p, const char **ret_key);

/* A JSON value that begins at the present token. Caller owns. */
int pr_jp_parse_value(struct pr_jp_parser *p, json_t **ret_value);

/* Parses `text` into `path`, which is empty. PR_EINVAL, PR_ELIMIT for too many parts. */
int pr_jsonpath_parse(const char *text, struct pr_jsonpath *path, struct pr_err *err);

/* The function of that name, NULL when there is none. */
pr_jp_function *pr_jsonpath_function(const char *name, size_t n);

/* What one walk carries. */
struct pr_jp_walk {
	json_t *root;
	size_t visits; /* so far, of all paths */
	size_t depth;  /* of calls */
	struct pr_err *err;
};

/* Receives a match: 0 goes on, 1 ends the walk, negative is an error. `value` is borrowed. */
typedef int pr_jp_visit(void *arg, json_t *value);

/* Calls `visit` for each match of `path` in order; returns what it returned last. */
int pr_jsonpath_walk(struct pr_jp_walk *walk, const struct pr_jp_path *path, json_t *current,
	pr_jp_visit *visit, void *arg);

/* Whether the filter holds for `current`: 1, 0 or an error. */
int pr_jsonpath_holds(struct pr_jp_walk *walk, const struct pr_jp_expr *expr, json_t *current);

#endif
