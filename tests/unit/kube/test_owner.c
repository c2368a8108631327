#include "kube/owner.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SPEC "'fieldsV1': {'f:spec': {'f:schedule': {}, 'f:list': {'k:{x}': {'.': {}, 'f:a': {}}}}}"
#define OURS "{'manager': 'plan-deployer', 'operation': 'Apply', " SPEC "}"
#define FIELDS(...) "{'metadata': {'managedFields': [" __VA_ARGS__ "]}}"

static const struct {
	const char *name, *object;
	const char *why; /* NULL: ours */
} cases[] = {
	{"ours alone", FIELDS(OURS), NULL},
	{"an annotation of others",
		FIELDS(OURS ", {'manager': 'kubectl', 'operation': 'Update', 'fieldsV1': "
			    "{'f:metadata': {'f:annotations': {'.': {}, 'f:team': {}}}}}"),
		NULL},
	{"another item in our list",
		FIELDS(OURS ", {'manager': 'hook', 'operation': 'Update', 'fieldsV1': "
			    "{'f:spec': {'f:list': {'k:{y}': {'.': {}, 'f:a': {}}}}}}"),
		NULL},
	{"the mark of our item",
		FIELDS(OURS ", {'manager': 'hook', 'operation': 'Update', 'fieldsV1': "
			    "{'f:spec': {'f:list': {'k:{x}': {'.': {}, 'f:b': {}}}}}}"),
		NULL},
	{"the status",
		FIELDS(OURS ", {'manager': 'controller', 'operation': 'Update', "
			    "'subresource': 'status', " SPEC "}"),
		NULL},
	{"all our fields", FIELDS(OURS ", {'manager': 'argo', 'operation': 'Apply', " SPEC "}"),
		"'argo' declares it too"},
	{"before ours", FIELDS("{'manager': 'argo', 'operation': 'Update', " SPEC "}, " OURS),
		"'argo' declares it too"},
	{"a part of our fields",
		FIELDS(OURS ", {'manager': 'kubectl-edit', 'operation': 'Update', 'fieldsV1': "
			    "{'f:spec': {'f:schedule': {}}}}"),
		NULL},
	{"our fields and more",
		FIELDS(OURS ", {'manager': 'argo', 'operation': 'Update', 'fieldsV1': "
			    "{'f:spec': {'f:schedule': {}, 'f:more': {}, "
			    "'f:list': {'k:{x}': {'f:a': {}}}}}}"),
		"'argo' declares it too"},
	{"a part of our fields, since it was created",
		"{'metadata': {'creationTimestamp': '2026-01-01T00:00:00Z', 'managedFields': [" OURS
		", {'manager': 'kubectl', 'operation': 'Update', 'time': '2026-01-01T00:00:00Z', "
		"'fieldsV1': {'f:spec': {'f:schedule': {}}}}]}}",
		"'kubectl' declares it too"},
	{"a part of our fields, later",
		"{'metadata': {'creationTimestamp': '2026-01-01T00:00:00Z', 'managedFields': [" OURS
		", {'manager': 'kubectl', 'operation': 'Update', 'time': '2026-01-01T00:00:01Z', "
		"'fieldsV1': {'f:spec': {'f:schedule': {}}}}]}}",
		NULL},
	{"other fields, since it was created",
		"{'metadata': {'creationTimestamp': '2026-01-01T00:00:00Z', 'managedFields': [" OURS
		", {'manager': 'queue', 'operation': 'Update', 'time': '2026-01-01T00:00:00Z', "
		"'fieldsV1': {'f:spec': {'f:suspend': {}}}}]}}",
		NULL},
	{"the mark of our item, since it was created",
		"{'metadata': {'creationTimestamp': '2026-01-01T00:00:00Z', 'managedFields': [" OURS
		", {'manager': 'queue', 'operation': 'Update', 'time': '2026-01-01T00:00:00Z', "
		"'fieldsV1': {'f:spec': {'f:list': {'k:{x}': {'.': {}, 'f:b': {}}}}}}]}}",
		NULL},
	{"a whole of which we have a part",
		FIELDS(OURS ", {'manager': 'argo', 'operation': 'Apply', 'fieldsV1': "
			    "{'f:spec': {}}}"),
		"'argo' declares it too"},
	{"our name, but not applied",
		FIELDS("{'manager': 'plan-deployer', 'operation': 'Update', " SPEC "}"),
		"it was created by 'plan-deployer'"},
	{"our status",
		FIELDS("{'manager': 'plan-deployer', 'operation': 'Apply', "
		       "'subresource': 'status', " SPEC "}"),
		"it was created by 'somebody else'"},
	{"of others", FIELDS("{'manager': 'kubectl', 'operation': 'Update', " SPEC "}"),
		"it was created by 'kubectl'"},
	{"no trace", "{'metadata': {}}", "it was created by 'somebody else'"},
	{"nonsense", "{'metadata': {'managedFields': [1, null, {'manager': 2}]}}",
		"it was created by 'somebody else'"},
	{"Helm's annotation",
		"{'metadata': {'annotations': {'meta.helm.sh/release-name': 'web'}, "
		"'managedFields': [" OURS "]}}",
		"it belongs to the Helm release 'web'"},
	{"Helm's label",
		"{'metadata': {'labels': {'app.kubernetes.io/managed-by': 'Helm'}, "
		"'managedFields': [" OURS "]}}",
		"it belongs to the Helm release '?'"},
	{"our label",
		"{'metadata': {'labels': {'app.kubernetes.io/managed-by': 'reliably'}, "
		"'managedFields': [" OURS "]}}",
		NULL},
};

/* JSON with ' for ". */
static json_t *quoted(const char *text)
{
	PR_AUTO(free) char *copy = strdup(text);
	json_t *value;

	for (char *c = copy; c && *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(copy ? copy : "", 0, NULL);
	if (!value)
		fail_msg("no JSON: %s", text);
	return value;
}

static void whose_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *object = quoted(cases[i].object);
		char why[PR_KUBE_OWNER_SIZE] = "";
		bool ours = pr_kube_is_ours(object, why);

		if (ours != !cases[i].why || (!ours && !pr_text_eq(why, cases[i].why)))
			fail_msg("%s: %s '%s'", cases[i].name, ours ? "ours" : "not ours", why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(whose_it_is)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
