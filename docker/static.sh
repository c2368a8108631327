# What docker/build and docker/package ask of a program: sourced by them. docker/sbom asks the same of what goes into an image.
# shellcheck shell=bash

# number_at FILE OFFSET BYTES: little-endian, without a sign; nothing behind the end of the file
number_at() {
	od -An -tu"$3" -j"$2" -N"$3" "$1" 2>/dev/null | tr -d ' '
}

# is_static FILE: true when no header of the program (64 bits) names an interpreter, PT_INTERP; to be asked with || or if
is_static() {
	local table size count i
	table=$(number_at "$1" 32 8) size=$(number_at "$1" 54 2) count=$(number_at "$1" 56 2)
	for ((i = 0; i < ${count:-0}; i++)); do
		[ "$(number_at "$1" $((table + i * size)) 4)" != 3 ] || return 1
	done
}
