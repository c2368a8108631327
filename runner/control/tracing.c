#include "control/tracing.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "control/otlp_export.h"
#include "control/trace_text.h"

#define DEADLINE_US INT64_C(5000000)
#define HURRY_US INT64_C(2000000)
#define SECTIONS (PR_PHASE_ROLLBACKS + 1)

/* An activity that runs. */
struct running {
	struct running *next;
	json_t *entry; /* by which its end is known; owned */
	struct pr_span span;
	struct pr_span request; /* of an http activity */
};

struct tracing {
	struct pr_loop *loop;
	const char *ca_file; /* borrowed, as all of the environment */
	const char *plan;
	bool requests; /* what http activities send is traced */
	struct pr_otlp_settings settings;
	struct pr_otlp_export *export; /* NULL: nothing is traced */
	struct pr_span root;
	struct pr_span sections[SECTIONS]; /* by phase */
	struct running *running;
	json_int_t iteration; /* of the continuous hypothesis */
	bool exit_signal;
	bool interrupted; /* whoever stopped the run waits */
	bool finished;
	struct pr_hook_ticket *ticket;
};

static void end_span(struct tracing *tracing, struct pr_span *span, int64_t end_us)
{
	if (!span->name)
		return;
	span->end_us = end_us;
	pr_otlp_export_add(tracing->export, span);
}

static void end_now(struct tracing *tracing, struct pr_span *span)
{
	end_span(tracing, span, pr_loop_wall_us(tracing->loop));
}

static void open_root(struct tracing *tracing, const struct pr_hook_event *event)
{
	const json_t *document = event->run->document;
	struct pr_err err = PR_ERR_INIT;

	if (pr_span_open(&tracing->root, NULL, "experiment", pr_loop_wall_us(tracing->loop), &err))
		pr_warn("The run is not traced: %s", err.msg);
	pr_span_set(&tracing->root, "chaostoolkit.experiment.title",
		json_incref(json_object_get(document, "title")));
	pr_span_set(&tracing->root, "chaostoolkit.platform.full",
		json_incref(json_object_get(event->run->journal, "platform")));
}

static void start(struct tracing *tracing, const struct pr_hook_event *event)
{
	struct pr_err err = PR_ERR_INIT;
	const char *vendor = pr_json_str(event->run->configuration, "otel_vendor");

	if (tracing->export || tracing->root.name)
		return;
	if (pr_otlp_settings_read(&tracing->settings, vendor, &err) ||
		(!tracing->settings.disabled &&
			pr_otlp_export_new(tracing->loop, &tracing->settings, tracing->ca_file,
				&tracing->export, &err)))
		pr_warn("The run is not traced: %s", err.msg);
	if (tracing->export)
		open_root(tracing, event);
}

static void open_section(struct tracing *tracing, enum pr_phase phase, const char *name)
{
	struct pr_span *section = &tracing->sections[phase];

	end_now(tracing, section);
	(void)pr_span_open(section, &tracing->root, name, pr_loop_wall_us(tracing->loop), NULL);
}

static void open_hypothesis(struct tracing *tracing, const struct pr_hook_event *event)
{
	struct pr_span *section = &tracing->sections[event->phase];
	bool continuous = event->phase == PR_PHASE_DURING;

	open_section(tracing, event->phase, "hypothesis");
	pr_span_set(section, "chaostoolkit.hypothesis.phase",
		json_string(continuous ? "continuous" : pr_phase_name(event->phase)));
	if (continuous)
		pr_span_set(section, "chaostoolkit.hypothesis.iteration",
			json_integer(++tracing->iteration));
}

static void end_hypothesis(struct tracing *tracing, const struct pr_hook_event *event)
{
	struct pr_span *section = &tracing->sections[event->phase];
	json_t *met = json_object_get(event->state, "steady_state_met");

	if (json_is_boolean(met))
		pr_span_set(section, "chaostoolkit.hypothesis.met", json_incref(met));
	end_now(tracing, section);
}

/* The request lasts as long as the activity does: it is all that one does. */
static void open_request(
	struct tracing *tracing, struct running *running, const struct pr_hook_event *event)
{
	const json_t *provider = json_object_get(event->context, "provider");
	const char *method = pr_json_str(provider, "method");

	if (!tracing->requests || !pr_text_eq(pr_json_str(provider, "type"), "http"))
		return;
	if (pr_span_open(&running->request, &running->span, method ? method : "GET",
		    running->span.start_us, NULL))
		return;
	running->request.kind = PR_SPAN_CLIENT;
	pr_trace_text_request(&running->request, provider);
	pr_span_traceparent(&running->request, event->run->traceparent);
}

static void open_activity(struct tracing *tracing, const struct pr_hook_event *event)
{
	struct running *running = calloc(1, sizeof *running);
	PR_AUTO(free) char *name = pr_trace_text_name(event->context);
	const struct pr_span *section = &tracing->sections[event->phase];

	if (!running || !name ||
		pr_span_open(&running->span, section->name ? section : &tracing->root, name,
			pr_trace_text_moment(event->state, "start", tracing->loop), NULL)) {
		free(running);
		return;
	}
	pr_trace_text_open(&running->span, event->context, event->background);
	open_request(tracing, running, event);
	running->entry = json_incref(event->state);
	running->next = tracing->running;
	tracing->running = running;
}

static void end_running(struct tracing *tracing, struct running *running)
{
	int64_t end_us = pr_trace_text_moment(running->entry, "end", tracing->loop);

	pr_trace_text_close(&running->span, running->entry);
	if (running->request.name) {
		pr_trace_text_answer(&running->request, running->entry);
		end_span(tracing, &running->request, end_us);
	}
	end_span(tracing, &running->span, end_us);
	json_decref(running->entry);
	free(running);
}

static void end_activity(struct tracing *tracing, const struct pr_hook_event *event)
{
	for (struct running **link = &tracing->running; *link; link = &(*link)->next) {
		struct running *running = *link;

		if (running->entry != event->state)
			continue;
		*link = running->next;
		end_running(tracing, running);
		return;
	}
}

/* Ends all that is open, the experiment last, and begins the last delivery. */
static void close_trace(struct tracing *tracing, const struct pr_hook_event *event)
{
	if (tracing->finished)
		return;
	tracing->finished = true;
	while (tracing->running) {
		struct running *running = tracing->running;

		tracing->running = running->next;
		end_running(tracing, running);
	}
	for (size_t i = 0; i < SECTIONS; i++)
		end_now(tracing, &tracing->sections[i]);
	pr_trace_text_outcome(&tracing->root, event->run->journal, tracing->exit_signal);
	pr_trace_text_execution(&tracing->root, event->run->document, tracing->plan);
	end_now(tracing, &tracing->root);
	pr_otlp_export_finish(tracing->export,
		pr_loop_now_us(tracing->loop) + (tracing->interrupted ? HURRY_US : DEADLINE_US));
}

static void on_sent(void *arg)
{
	struct tracing *tracing = arg;
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	pr_hook_resume(pr_steal(tracing->ticket), &answer);
}

static void finish(struct tracing *tracing, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	close_trace(tracing, event);
	if (!pr_otlp_export_wait(tracing->export, on_sent, tracing))
		return;
	tracing->ticket = ticket;
	answer->verdict = PR_HOOK_WAIT;
}

static void open_method(struct tracing *tracing, const struct pr_hook_event *event)
{
	(void)event;
	open_section(tracing, PR_PHASE_METHOD, "method");
}

static void end_method(struct tracing *tracing, const struct pr_hook_event *event)
{
	(void)event;
	end_now(tracing, &tracing->sections[PR_PHASE_METHOD]);
}

static void open_rollbacks(struct tracing *tracing, const struct pr_hook_event *event)
{
	(void)event;
	open_section(tracing, PR_PHASE_ROLLBACKS, "rollbacks");
}

static void end_rollbacks(struct tracing *tracing, const struct pr_hook_event *event)
{
	(void)event;
	end_now(tracing, &tracing->sections[PR_PHASE_ROLLBACKS]);
}

static void on_interrupted(struct tracing *tracing, const struct pr_hook_event *event)
{
	tracing->interrupted = true;
	tracing->exit_signal = pr_trace_text_is_signal(event->reason);
}

static void (*const points[])(struct tracing *, const struct pr_hook_event *) = {
	[PR_HOOK_BEFORE_HYPOTHESIS] = open_hypothesis,
	[PR_HOOK_AFTER_HYPOTHESIS] = end_hypothesis,
	[PR_HOOK_BEFORE_METHOD] = open_method,
	[PR_HOOK_AFTER_METHOD] = end_method,
	[PR_HOOK_BEFORE_ROLLBACKS] = open_rollbacks,
	[PR_HOOK_AFTER_ROLLBACKS] = end_rollbacks,
	[PR_HOOK_ENTRY] = open_activity,
	[PR_HOOK_AFTER_ACTIVITY] = end_activity,
	[PR_HOOK_INTERRUPTED] = on_interrupted,
	[PR_HOOK_AFTER_EXPERIMENT] = close_trace,
};

static void on_event(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct tracing *tracing = self;

	if (event->point == PR_HOOK_STARTED)
		start(tracing, event);
	if (!tracing->export)
		return;
	if (event->point == PR_HOOK_FINISHED)
		finish(tracing, event, ticket, answer);
	else if (event->point < PR_LEN(points) && points[event->point])
		points[event->point](tracing, event);
}

static void tracing_free(void *self)
{
	struct tracing *tracing = self;

	while (tracing->running) {
		struct running *running = tracing->running;

		tracing->running = running->next;
		pr_span_release(&running->span);
		pr_span_release(&running->request);
		json_decref(running->entry);
		free(running);
	}
	for (size_t i = 0; i < SECTIONS; i++)
		pr_span_release(&tracing->sections[i]);
	pr_span_release(&tracing->root);
	pr_otlp_export_free(tracing->export);
	pr_otlp_settings_release(&tracing->settings);
	free(tracing);
}

static int configure(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	struct tracing *tracing = calloc(1, sizeof *tracing);
	const json_t *provider = json_object_get(declaration, "provider");
	const json_t *arguments = json_object_get(provider, "arguments");

	if (!tracing)
		return pr_fail_nomem(err);
	tracing->loop = env->loop;
	tracing->ca_file = env->ca_file;
	tracing->plan = env->plan;
	tracing->requests = !json_is_false(json_object_get(arguments, "trace_request"));
	*ret_native = (struct pr_native){
		.hook = {.name = pr_json_str(declaration, "name"), .on = on_event, .self = tracing},
		.free = tracing_free};
	return 0;
}

static const char *const modules[] = {"chaostracing.oltp", NULL};

static const struct pr_native_known known[] = {
	{"trace_request", false},
	{"trace_httpx", false},
	{"trace_botocore", false},
	{"trace_urllib3", false},
	{NULL, false},
};

const struct pr_native_control pr_native_tracing = {
	.modules = modules, .known = known, .events = true, .configure = configure};
