#include "base/log.h"
#include "base/text.h"
#include "git/session_private.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>

/* What github.com wants to see with a token; others do not look at it. */
#define TOKEN_USER "x-access-token"

/* Before another attempt. */
#define PAUSE_MS 50

/* Signals that end the program wait until the temporary folder is gone. */
static int hold_signals(struct pr_git_session *session, struct pr_err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	session->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (session->signals < 0)
		return pr_fail_errno(err, errno, "cannot wait for signals");
	sigprocmask(SIG_BLOCK, &set, NULL);
	return 0;
}

static int trust(const struct pr_git_place *place, struct pr_err *err)
{
	if (place->local || !place->ca_file || !pr_text_starts(place->location, "https:"))
		return 0;
	if (git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, place->ca_file, NULL))
		return pr_fail(
			err, PR_EINVAL, "cannot read certificates from '%.300s'", place->ca_file);
	return 0;
}

int pr_git_session_init(
	struct pr_git_session *session, const struct pr_git_place *place, struct pr_err *err)
{
	*session = (struct pr_git_session){.place = place, .signals = -1};
	pr_buf_init(&session->said, PR_GIT_SAID_MAX);
	sigprocmask(SIG_SETMASK, NULL, &session->mask);
	if (git_libgit2_init() < 0)
		return pr_fail(err, PR_EIO, "libgit2 does not start");
	session->started = true;
	git_libgit2_opts(GIT_OPT_SET_USER_AGENT, "plan-deployer " PR_VERSION);
	if (trust(place, err) || pr_git_stream_register(session, err))
		return PR_EINVAL;
	return hold_signals(session, err);
}

void pr_git_session_release(struct pr_git_session *session)
{
	if (session->started) {
		(void)pr_git_stream_register(NULL, NULL);
		git_libgit2_shutdown();
	}
	if (session->signals >= 0)
		close(session->signals);
	pr_buf_release(&session->said);
	sigprocmask(SIG_SETMASK, &session->mask, NULL);
}

bool pr_git_session_live(struct pr_git_session *session)
{
	struct pollfd signals = {.fd = session->signals, .events = POLLIN};

	if (poll(&signals, 1, 0) > 0)
		pr_fail(&session->stop, PR_ECANCELED, "ended by a signal");
	return session->stop.code == PR_OK;
}

bool pr_git_session_pause(struct pr_git_session *session)
{
	struct pollfd signals = {.fd = session->signals, .events = POLLIN};

	(void)poll(&signals, 1, PAUSE_MS);
	return pr_git_session_live(session);
}

static int stopped(const struct pr_git_session *session)
{
	git_error_set_str(GIT_ERROR_CALLBACK, session->stop.msg);
	return GIT_EUSER;
}

/* Called anew when the server has refused what it got. */
static int on_credentials(git_credential **ret_credential, const char *url, const char *user,
	unsigned int allowed, void *payload)
{
	struct pr_git_session *session = payload;
	const struct pr_git_place *place = session->place;

	(void)url;
	(void)user;
	if (!place->token)
		pr_fail(&session->stop, PR_EAUTH,
			"'%.300s' wants a token: export GITHUB_TOKEN, or give --token-file",
			place->location);
	else if (session->token_sent)
		pr_fail(&session->stop, PR_EAUTH,
			"'%.300s' refuses the token: it is wrong, or no longer valid",
			place->location);
	else if (!(allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT))
		pr_fail(&session->stop, PR_EAUTH, "'%.300s' does not take tokens", place->location);
	if (session->stop.code)
		return stopped(session);
	session->token_sent = true;
	return git_credential_userpass_plaintext_new(ret_credential, TOKEN_USER, place->token);
}

static int on_sideband(const char *text, int length, void *payload)
{
	struct pr_git_session *session = payload;

	pr_debug("the server says: %.*s", length, text);
	if (length > 0 && session->said.len + (size_t)length < PR_GIT_SAID_MAX)
		pr_buf_add(&session->said, text, (size_t)length);
	return pr_git_session_live(session) ? 0 : stopped(session);
}

static int on_fetch(const git_indexer_progress *progress, void *payload)
{
	struct pr_git_session *session = payload;

	(void)progress;
	return pr_git_session_live(session) ? 0 : stopped(session);
}

static int on_push(unsigned int present, unsigned int total, size_t bytes, void *payload)
{
	struct pr_git_session *session = payload;

	(void)present;
	(void)total;
	(void)bytes;
	return pr_git_session_live(session) ? 0 : stopped(session);
}

/* Nothing is sent when the branch is not where the commit begins. */
static int on_negotiation(const git_push_update **updates, size_t count, void *payload)
{
	struct pr_git_session *session = payload;

	for (size_t i = 0; i < count; i++)
		if (!git_oid_equal(&updates[i]->src, &session->base))
			session->moved = true;
	return session->moved ? GIT_EUSER : 0;
}

/* A rejection of a branch is no failure of the push. */
static int on_update(const char *name, const char *status, void *payload)
{
	struct pr_git_session *session = payload;

	pr_debug("%s: %s", name, status ? status : "taken");
	if (status) {
		session->rejected = true;
		pr_text_copy(session->status, sizeof(session->status), status);
	}
	return 0;
}

void pr_git_session_callbacks(struct pr_git_session *session, git_remote_callbacks *callbacks)
{
	session->token_sent = false;
	session->rejected = false;
	session->moved = false;
	session->allowance = PR_GIT_LISTED_MAX;
	pr_err_clear(&session->io);
	pr_buf_clear(&session->said);
	callbacks->credentials = on_credentials;
	callbacks->sideband_progress = on_sideband;
	callbacks->transfer_progress = on_fetch;
	callbacks->push_transfer_progress = on_push;
	callbacks->push_negotiation = on_negotiation;
	callbacks->push_update_reference = on_update;
	callbacks->payload = session;
}

int pr_git_fail(const struct pr_git_session *session, int rc, struct pr_err *err, const char *what)
{
	const git_error *last = git_error_last();
	const char *text = last && last->message ? last->message : "no reason given";
	const struct pr_git_failure failure = {.location = session->place->location,
		.token = session->place->token != NULL,
		.certificate = rc == GIT_ECERTIFICATE,
		.text = text};

	pr_debug("%s: libgit2 %d: %s", what, rc, text);
	if (session->stop.code)
		return pr_fail(err, session->stop.code, "%s", session->stop.msg);
	if (session->io.code)
		return pr_fail(err, session->io.code, "%s", session->io.msg);
	if (last && last->klass == GIT_ERROR_NOMEMORY)
		return pr_fail_nomem(err);
	if (!session->place->local && pr_git_word_failure(&failure, err))
		return err ? err->code : PR_EIO;
	return pr_fail(err, PR_EIO, "%s: %.300s", what, text);
}
