#include "store/sessions.h"

#include "base/text.h"
#include "crypto/digest.h"

#include <string.h>

#define SECRET_BYTES ((PR_SESSION_SECRET_SIZE - 1) / 2)
#define SECOND INT64_C(1000000)

struct secret {
	char text[PR_SESSION_SECRET_SIZE];
	char hash[PR_SHA256_SIZE];
};

static int make_secret(struct secret *secret, struct pr_err *err)
{
	int rc = pr_random_hex(secret->text, SECRET_BYTES, err);

	return rc ? rc : pr_sha256_hex(secret->text, strlen(secret->text), secret->hash, err);
}

static int run(struct pr_store *store, const struct pr_statement *statement, int64_t *ret_changed,
	struct pr_err *err)
{
	return pr_database_run(pr_store_database(store), statement, NULL, NULL, ret_changed, err);
}

static int forget_expired(struct pr_store *store, struct pr_err *err)
{
	return run(store,
		&PR_STATEMENT(
			"DELETE FROM sessions WHERE expires <= ?1", pr_value_int(pr_store_now())),
		NULL, err);
}

/* What makes a session of a token or a link: the digest of what was given, and a new secret. */
static int begin(struct pr_store *store, const char *given, char hash[PR_SHA256_SIZE],
	struct secret *secret, struct pr_err *err)
{
	int rc = make_secret(secret, err);

	if (!rc)
		rc = pr_sha256_hex(given, strlen(given), hash, err);
	return rc ? rc : forget_expired(store, err);
}

/* What a statement that inserts a session came to. */
static int give(const struct secret *secret, int64_t made, char ret_secret[PR_SESSION_SECRET_SIZE],
	struct pr_err *err)
{
	if (!made)
		return pr_fail(err, PR_EAUTH, "nobody has that token or link");
	memcpy(ret_secret, secret->text, sizeof(secret->text));
	return 0;
}

int pr_sessions_open(struct pr_store *store, const char *token,
	char ret_secret[PR_SESSION_SECRET_SIZE], struct pr_err *err)
{
	struct secret secret;
	char hash[PR_SHA256_SIZE];
	int64_t made = 0;
	int rc = begin(store, token, hash, &secret, err);

	if (!rc)
		rc = run(store,
			&PR_STATEMENT(
				"INSERT INTO sessions (hash, org_id, user_id, kind, expires)"
				" SELECT ?1, t.org_id, t.user_id, 'page', ?2 FROM tokens t"
				" JOIN organizations o ON o.id = t.org_id AND o.deleted IS NULL"
				" JOIN members m ON m.org_id = o.id AND m.user_id = t.user_id"
				" WHERE t.hash = ?3 AND t.plan_id IS NULL"
				" AND (t.expires IS NULL OR t.expires > ?4)",
				pr_value_text(secret.hash),
				pr_value_int(pr_store_now() + PR_SESSION_SECONDS * SECOND),
				pr_value_text(hash), pr_value_int(pr_store_now())),
			&made, err);
	return rc ? rc : give(&secret, made, ret_secret, err);
}

int pr_sessions_link(struct pr_store *store, const char *organization, const char *user,
	char ret_secret[PR_SESSION_SECRET_SIZE], int64_t *ret_expires, struct pr_err *err)
{
	int64_t expires = pr_store_now() + PR_SESSION_LINK_SECONDS * SECOND;
	struct secret secret;
	int64_t made = 0;
	int rc = make_secret(&secret, err);

	if (!rc)
		rc = forget_expired(store, err);
	if (!rc)
		rc = run(store,
			&PR_STATEMENT("INSERT INTO sessions (hash, org_id, user_id, kind, expires)"
				      " VALUES (?1, ?2, ?3, 'link', ?4)",
				pr_value_text(secret.hash), pr_value_text(organization),
				pr_value_text(user), pr_value_int(expires)),
			&made, err);
	if (!rc)
		rc = give(&secret, made, ret_secret, err);
	if (!rc)
		*ret_expires = expires;
	return rc;
}

/* The row itself changes, so that two who come with one link make one session. */
int pr_sessions_enter(struct pr_store *store, const char *link,
	char ret_secret[PR_SESSION_SECRET_SIZE], struct pr_err *err)
{
	struct secret secret;
	char hash[PR_SHA256_SIZE];
	int64_t made = 0;
	int rc = begin(store, link, hash, &secret, err);

	if (!rc)
		rc = run(store,
			&PR_STATEMENT("UPDATE sessions SET hash = ?1, kind = 'page', expires = ?2"
				      " WHERE hash = ?3 AND kind = 'link'",
				pr_value_text(secret.hash),
				pr_value_int(pr_store_now() + PR_SESSION_SECONDS * SECOND),
				pr_value_text(hash)),
			&made, err);
	return rc ? rc : give(&secret, made, ret_secret, err);
}

struct found {
	struct pr_session session;
	bool there;
};

static int take(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct found *found = arg;
	struct pr_session *session = &found->session;

	(void)err;
	pr_text_copy(session->organization, sizeof(session->organization), pr_row_text(row, 0));
	pr_text_copy(session->organization_name, sizeof(session->organization_name),
		pr_row_text(row, 1));
	pr_text_copy(session->user, sizeof(session->user), pr_row_text(row, 2));
	pr_text_copy(session->user_name, sizeof(session->user_name), pr_row_text(row, 3));
	found->there = true;
	return 0;
}

int pr_sessions_find(struct pr_store *store, const char *secret, struct pr_session *ret_session,
	struct pr_err *err)
{
	struct found found = {.there = false};
	char hash[PR_SHA256_SIZE];
	int rc = pr_sha256_hex(secret, strlen(secret), hash, err);

	if (!rc)
		rc = pr_database_run(pr_store_database(store),
			&PR_STATEMENT(
				"SELECT o.id, o.name, u.id, u.username FROM sessions s"
				" JOIN organizations o ON o.id = s.org_id AND o.deleted IS NULL"
				" JOIN users u ON u.id = s.user_id"
				" JOIN members m ON m.org_id = o.id AND m.user_id = u.id"
				" WHERE s.hash = ?1 AND s.kind = 'page' AND s.expires > ?2",
				pr_value_text(hash), pr_value_int(pr_store_now())),
			take, &found, NULL, err);
	if (rc)
		return rc;
	if (!found.there)
		return pr_fail(err, PR_EAUTH, "nobody has signed in");
	*ret_session = found.session;
	return 0;
}

int pr_sessions_close(struct pr_store *store, const char *secret, struct pr_err *err)
{
	char hash[PR_SHA256_SIZE];
	int rc = pr_sha256_hex(secret, strlen(secret), hash, err);

	return rc ? rc
		  : run(store,
			    &PR_STATEMENT("DELETE FROM sessions WHERE hash = ?1 AND kind = 'page'",
				    pr_value_text(hash)),
			    NULL, err);
}
