# The published image is named in docker/image.env, and the action by its owner and name: PR_IMAGE and PR_ACTION for the
# sources of `target`; `scope` as of target_compile_definitions.
function(pr_names_image target scope)
	set(image_file ${PROJECT_SOURCE_DIR}/docker/image.env)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${image_file})
	file(STRINGS ${image_file} image REGEX "^IMAGE=")
	string(REGEX REPLACE "^IMAGE=" "" image "${image}")
	string(REGEX MATCH "[^/]+/[^/]+$" action "${image}")
	target_compile_definitions(${target} ${scope} PR_IMAGE="${image}" PR_ACTION="${action}")
endfunction()
