#include "web/web_private.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Rounds in one turn of the loop, so that other sources have theirs. */
#define ROUND_MAX 4

static void on_log(void *cls, const char *format, va_list args) PR_PRINTF(2, 0);

static void on_log(void *cls, const char *format, va_list args)
{
	struct pr_web *web = cls;

	vsnprintf(web->last_line, sizeof(web->last_line), format, args);
	web->last_line[strcspn(web->last_line, "\r\n")] = '\0';
	pr_debug("web: %s", web->last_line);
}

static void run(void *arg);

static void on_ready(void *arg, int fd, unsigned events)
{
	(void)fd;
	(void)events;
	run(arg);
}

static void schedule(struct pr_web *web)
{
	MHD_UNSIGNED_LONG_LONG ms = 0;

	if (web->resumed) {
		pr_task_post(web->loop, &web->task, run, web);
		return;
	}
	if (MHD_get_timeout(web->daemon, &ms) != MHD_YES) {
		pr_timer_stop(&web->timer);
		return;
	}
	if (ms > INT32_MAX)
		ms = INT32_MAX;
	if (ms == 0)
		pr_task_post(web->loop, &web->task, run, web);
	else if (pr_timer_start(web->loop, &web->timer, (int64_t)ms * 1000, run, web) < 0)
		pr_debug("web: out of memory for a timer");
}

/* One batch: everything that is ready is handed out, then committed and answered. */
static void run(void *arg)
{
	struct pr_web *web = arg;

	web->running = true;
	for (int i = 0; i < ROUND_MAX; i++) {
		web->resumed = false;
		MHD_run(web->daemon);
		if (web->handed && web->handlers.turn != NULL) {
			web->handed = false;
			web->handlers.turn(web->handlers.arg);
		}
		if (!web->resumed)
			break;
	}
	web->running = false;
	schedule(web);
}

void pr_web_wake(struct pr_web *web)
{
	web->resumed = true;
	if (!web->running && !web->closing)
		pr_task_post(web->loop, &web->task, run, web);
}

static int explain(struct pr_web *web, struct pr_err *err)
{
	if (web->secure)
		return pr_fail(err, PR_EINVAL,
			"the certificate and the key cannot be used for https (%s): give both as "
			"PEM, the key that belongs to the certificate",
			web->last_line[0] != '\0' ? web->last_line : "no reason given");
	return pr_fail(err, PR_EIO, "the HTTP server cannot be started (%s)",
		web->last_line[0] != '\0' ? web->last_line : "no reason given");
}

/* Owns the socket `fd` in any case. */
static int start(
	struct pr_web *web, const struct pr_web_options *options, int fd, struct pr_err *err)
{
	static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)priorities},
		{MHD_OPTION_END, 0, NULL},
	};
	unsigned flags = MHD_USE_ERROR_LOG | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;

	web->daemon = MHD_start_daemon(flags | (web->secure ? MHD_USE_TLS : 0), 0, NULL, NULL,
		pr_web_on_request, web, MHD_OPTION_EXTERNAL_LOGGER, on_log, web,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		PR_WEB_CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)options->connection_max, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
		MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_URI_LOG_CALLBACK, pr_web_on_uri, web,
		MHD_OPTION_NOTIFY_COMPLETED, pr_web_on_completed, web, MHD_OPTION_NOTIFY_CONNECTION,
		pr_web_on_connection, web, MHD_OPTION_ARRAY,
		web->secure ? tls : &tls[PR_LEN(tls) - 1], MHD_OPTION_END);
	if (web->daemon != NULL)
		return 0;
	close(fd);
	return explain(web, err);
}

static int attach(struct pr_web *web, struct pr_err *err)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	if (info == NULL)
		return pr_fail(err, PR_EIO, "the HTTP server cannot be watched");
	return pr_watch_start(
		web->loop, &web->watch, info->epoll_fd, PR_IO_READ, on_ready, web, err);
}

int pr_web_new(struct pr_loop *loop, const struct pr_web_options *options,
	const struct pr_web_handlers *handlers, struct pr_web **ret_web, struct pr_err *err)
{
	struct pr_web *web;
	int fd = -1, rc;

	if ((options->certificate == NULL) != (options->key == NULL))
		return pr_fail(err, PR_EINVAL, "https needs both a certificate and its key");
	rc = pr_web_listen(options->address, options->port, &fd, err);
	if (rc < 0)
		return rc;
	web = calloc(1, sizeof(*web));
	if (web == NULL) {
		close(fd);
		return pr_fail_nomem(err);
	}
	web->loop = loop;
	web->handlers = *handlers;
	web->body_max = options->body_max;
	web->idle_us = (int64_t)options->idle_s * 1000000;
	web->port = pr_web_bound_port(fd);
	web->secure = options->certificate != NULL;
	rc = start(web, options, fd, err);
	if (rc == 0)
		rc = attach(web, err);
	if (rc < 0) {
		pr_web_free(web);
		return rc;
	}
	*ret_web = web;
	return 0;
}

/* libmicrohttpd refuses to end with connections suspended. */
static void resume_all(struct pr_web *web)
{
	for (struct pr_web_peer *peer = web->peers; peer != NULL; peer = peer->next) {
		if (peer->exchange != NULL)
			pr_web_resume(peer->exchange);
	}
}

void pr_web_free(struct pr_web *web)
{
	if (web == NULL)
		return;
	web->closing = true;
	pr_watch_stop(&web->watch);
	pr_timer_stop(&web->timer);
	if (web->daemon != NULL) {
		resume_all(web);
		MHD_stop_daemon(web->daemon);
	}
	pr_web_linger_release(web);
	pr_timer_stop(&web->sweep);
	pr_task_cancel(&web->task);
	free(web);
}

void pr_web_quiesce(struct pr_web *web)
{
	MHD_socket fd = MHD_quiesce_daemon(web->daemon);

	if (fd != MHD_INVALID_SOCKET)
		close(fd);
}

bool pr_web_is_busy(const struct pr_web *web)
{
	for (const struct pr_web_peer *peer = web->peers; peer != NULL; peer = peer->next)
		if (peer->exchange != NULL && peer->exchange->stream == NULL)
			return true;
	return false;
}

uint16_t pr_web_port(const struct pr_web *web)
{
	return web->port;
}
