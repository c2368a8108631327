# Toolchain of the preset `static`: musl and the libraries of docker/deps.sh, for PR_ARCH (amd64, arm64; default: this
# machine's). The first configuration builds them, which takes some minutes; they are kept outside the tree.
# PR_STATIC_DEPS names their folder when it is known already.
set(PR_ARCH "$ENV{ARCH}" CACHE STRING "Architecture of the static file (amd64, arm64; empty: this machine's)")
if(NOT PR_STATIC_DEPS)
	set(pr_command ${CMAKE_CURRENT_LIST_DIR}/../docker/deps.sh)
	if(PR_ARCH)
		set(pr_command ${CMAKE_COMMAND} -E env ARCH=${PR_ARCH} ${pr_command})
	endif()
	execute_process(COMMAND ${pr_command} OUTPUT_VARIABLE PR_STATIC_DEPS OUTPUT_STRIP_TRAILING_WHITESPACE
		RESULT_VARIABLE pr_status)
	if(NOT pr_status EQUAL 0)
		message(FATAL_ERROR "docker/deps.sh failed (${pr_status})")
	endif()
endif()
if(CMAKE_C_COMPILER AND NOT CMAKE_C_COMPILER STREQUAL ${PR_STATIC_DEPS}/bin/pcc)
	message(FATAL_ERROR "The libraries have changed since this folder was configured: add --fresh to the call of cmake")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PR_STATIC_DEPS)

include(${PR_STATIC_DEPS}/toolchain.cmake)

# No name of a folder may end in the file: two builds in two folders are equal.
cmake_path(SET pr_root NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/..)
string(REGEX REPLACE "/$" "" pr_root ${pr_root})
string(JOIN " " CMAKE_C_FLAGS_INIT -Os -fPIE -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables
	-fstack-protector-strong -ffile-prefix-map=${CMAKE_BINARY_DIR}=. -ffile-prefix-map=${pr_root}=.)
file(READ ${PR_STATIC_DEPS}/ldflags CMAKE_EXE_LINKER_FLAGS_INIT)
string(STRIP "${CMAKE_EXE_LINKER_FLAGS_INIT}" CMAKE_EXE_LINKER_FLAGS_INIT)
