# The libraries that runner/layers.txt names, each as a target pr_lib_<name>.
# The static build links the archives of docker/deps.sh in one fixed order: the order decides the layout of the file.
if(PR_STATIC)
	set(PR_STATIC_ORDER curl ssl crypto z pcre2-8 jansson yaml)
	list(TRANSFORM PR_STATIC_ORDER REPLACE "(.+)" "${PR_STATIC_DEPS}/prefix/lib/lib\\1.a" OUTPUT_VARIABLE archives)
	add_library(pr_static_archives INTERFACE)
	target_include_directories(pr_static_archives SYSTEM INTERFACE ${PR_STATIC_DEPS}/prefix/include)
	target_link_libraries(pr_static_archives INTERFACE ${archives})
else()
	find_package(PkgConfig REQUIRED)
endif()

function(pr_library name module)
	add_library(pr_lib_${name} INTERFACE)
	if(PR_STATIC)
		target_link_libraries(pr_lib_${name} INTERFACE pr_static_archives)
		return()
	endif()
	pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
	target_link_libraries(pr_lib_${name} INTERFACE PkgConfig::${name})
endfunction()

pr_library(curl libcurl)
pr_library(openssl openssl)
pr_library(pcre2 libpcre2-8)
pr_library(jansson jansson)
pr_library(libyaml yaml-0.1)
# Only the companion pushes to repositories, and it is linked dynamically.
if(NOT PR_STATIC)
	pr_library(libgit2 libgit2)
endif()

add_library(pr_lib_uthash INTERFACE)
if(PR_STATIC)
	target_link_libraries(pr_lib_uthash INTERFACE pr_static_archives)
endif()

# pr_shipped(<program>): strips the static program once it is linked; the others keep their symbols.
function(pr_shipped name)
	if(PR_STATIC)
		add_custom_command(TARGET ${name} POST_BUILD COMMAND ${CMAKE_STRIP} -s -R .comment $<TARGET_FILE:${name}> VERBATIM)
	endif()
endfunction()
