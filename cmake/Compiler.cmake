# Warnings, sanitizers and coverage for every target of ours, carried by one interface target.
include(CheckCCompilerFlag)

find_program(PR_CCACHE ccache)
if(PR_CCACHE)
	set(CMAKE_C_COMPILER_LAUNCHER ${PR_CCACHE})
endif()

add_library(pr_options INTERFACE)
target_compile_definitions(pr_options INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64 PR_VERSION="${PROJECT_VERSION}")
target_include_directories(pr_options INTERFACE ${PROJECT_SOURCE_DIR}/runner)

set(PR_WARNINGS
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual
	-Wwrite-strings -Wvla -Wformat=2 -Wundef -Wconversion -Wswitch-enum -Wnull-dereference
	-Wno-missing-field-initializers) # clang warns where members are named, too: the others are zero by rule
foreach(flag IN LISTS PR_WARNINGS)
	string(MAKE_C_IDENTIFIER "PR_HAS${flag}" known)
	check_c_compiler_flag(${flag} ${known})
	if(${known})
		target_compile_options(pr_options INTERFACE ${flag})
	endif()
endforeach()

if(PR_WERROR)
	target_compile_options(pr_options INTERFACE -Werror)
endif()

if(PR_SANITIZE)
	set(sanitize -fsanitize=${PR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_compile_options(pr_options INTERFACE ${sanitize})
	target_link_options(pr_options INTERFACE ${sanitize})
endif()

# libgcov's execve ends the counting of its process, and a child of runner/base/spawn.c calls it in our memory.
if(PR_COVERAGE)
	target_compile_options(pr_options INTERFACE --coverage -O0 -fno-builtin-execve)
	target_link_options(pr_options INTERFACE --coverage)
endif()

if(PR_FUZZ) # the targets of tests/fuzz add -fsanitize=fuzzer, which brings the main function
	target_compile_options(pr_options INTERFACE -fsanitize=fuzzer-no-link)
	target_link_options(pr_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
