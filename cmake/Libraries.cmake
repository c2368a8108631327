# The libraries that runner/layers.txt names, each as a target pr_lib_<name>.
# The static build links the archives of docker/deps.sh in one fixed order: the order decides the layout of the file.
find_package(PkgConfig REQUIRED)

function(pr_library name module)
	pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
	add_library(pr_lib_${name} INTERFACE)
	target_link_libraries(pr_lib_${name} INTERFACE PkgConfig::${name})
endfunction()

pr_library(curl libcurl)
pr_library(openssl openssl)
pr_library(pcre2 libpcre2-8)
pr_library(jansson jansson)
pr_library(libyaml yaml-0.1)

add_library(pr_lib_uthash INTERFACE)
