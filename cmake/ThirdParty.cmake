# pr_third_party(<source>): the file that runner/cli/third_party.c embeds, for the source as its folder names it.
function(pr_third_party source)
	set(file ${PROJECT_SOURCE_DIR}/THIRD-PARTY)
	set(contained false)
	if(PR_STATIC)
		set(file ${PR_STATIC_DEPS}/THIRD-PARTY)
		set(contained true)
	endif()
	set_source_files_properties(${source} PROPERTIES
		COMPILE_DEFINITIONS "PR_THIRD_PARTY_FILE=\"${file}\";PR_THIRD_PARTY_CONTAINED=${contained}" OBJECT_DEPENDS ${file})
endfunction()
