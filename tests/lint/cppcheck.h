/* What cppcheck must know of jansson's macros; its own headers are not read. */
#define json_array_foreach(array, i, value) for (i = 0; (value = json_array_get(array, i)); i++)
#define json_object_foreach(object, key, value) while ((value = next_member(object, &key)))
#define json_object_foreach_safe(object, n, key, value) \
	while ((n = next_place(object), value = next_member(object, &key)))
