#!/usr/bin/env bash
# The libraries inside the static file: our own musl and what stands in docker/pins.txt, from Debian source packages.
#
#   ARCH=amd64|arm64 docker/deps.sh [--locked]
#
# Prints the folder that holds them, and builds them first when they are not there yet (some minutes):
#   bin/pcc, par, pranlib, pstrip   compiler (makes static-pie files against musl) and tools for the architecture
#   prefix                          headers and archives
#   ldflags                         how a program is linked
#   THIRD-PARTY                     name, version and licence of each library, as they were taken
# A version that is not pinned is taken, with a warning, when the mirror has none of the pins; --locked refuses it.
#
# Environment: JOBS (all processors), PLAN_RUNNER_CACHE (~/.cache/plan-runner),
#   PLAN_RUNNER_MIRROR (the URL whose debian and debian-security are read; default: what the machine's own apt reads).
# Needs Debian 12 or newer; as root it installs the packages that are missing, otherwise it names them.
set -Eeuo pipefail

# shellcheck source=docker/sources.sh
. "$(dirname "${BASH_SOURCE[0]}")/sources.sh"
apt_line=deb-src
jobs=-j${JOBS:-$(nproc)}
only_locked "$@"

ARCH=${ARCH:-$(dpkg --print-architecture)}
case $ARCH in
amd64) cpu=x86_64 openssl_target=linux-x86_64 target_flags= ;;
arm64) cpu=aarch64 openssl_target=linux-aarch64 target_flags=-mno-outline-atomics ;; # libgcc's helpers need glibc
*) die 64 "unknown ARCH '$ARCH' (amd64 or arm64)" ;;
esac
gnu=$cpu-linux-gnu      # Debian's gcc and binutils for the target
musl=$cpu-linux-musl    # what configure scripts are told

# What the build needs ---------------------------------------------------------------------

install_tools() {
	local missing=() command package gcc=gcc
	[ "$ARCH" = "$(dpkg --print-architecture)" ] || gcc=gcc-${gnu/_/-}
	while read -r command package; do
		command -v "$command" >/dev/null || missing+=("$package")
	done <<-END
		$gnu-gcc $gcc
		ld.lld lld
		make make
		pod2usage perl
		cmake cmake
		ninja ninja-build
		dpkg-source dpkg-dev
		patch patch
		xz xz-utils
		flock util-linux
	END
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" = 0 ] || die 69 "missing packages: ${missing[*]}"
	say "installing ${missing[*]}"
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -o DPkg::Lock::Timeout=300 -y -qq \
		--no-install-recommends "${missing[@]}" >/dev/null
}

# Sources ------------------------------------------------------------------------------------

# take NAME: unpacks it into $W/src/NAME and writes its chapter of THIRD-PARTY.
take() {
	local version what file
	cd "$sources"
	choose "$1"
	file=$(main_file "$1" "$version" "$what")
	if [ "$what" = dsc ]; then
		dpkg-source -x "$file" "$W/src/$1" >>"$log" 2>&1
	else
		mkdir "$W/src/$1"
		tar -xf "$file" -C "$W/src/$1" --strip-components=1
	fi
	for file in "$W/src/$1"/{LICENSE.txt,LICENSE,LICENCE.md,COPYRIGHT,COPYING,License}; do
		[ ! -f "$file" ] || break
	done
	printf '\n== %s %s (%s)\n\n' "$1" "$version" "$(licence_of "$1")" >>"$W/THIRD-PARTY"
	sed -e 's/\r$//' -e 's/[[:space:]]*$//' "$file" >>"$W/THIRD-PARTY"
}

# Compiler -----------------------------------------------------------------------------------

# both switches for tables: aarch64 has those of the second kind too, a tenth of the file
optimise="-Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables"
optimise+=" -fstack-protector-strong -fPIE"

write_wrapper() {
	local tool m=$W/musl/usr
	cat >"$W/bin/musl.specs" <<-END
		%rename cpp_options old_cpp_options
		*cpp_options:
		-nostdinc -isystem $m/include -isystem include%s %(old_cpp_options)

		*cc1:
		%(cc1_cpu) -nostdinc -isystem $m/include -isystem include%s

		*link_libgcc:
		-L$m/lib -L .%s

		*libgcc:
		libgcc.a%s libgcc_eh.a%s

		*startfile:
		$m/lib/rcrt1.o $m/lib/crti.o crtbeginS.o%s

		*endfile:
		crtendS.o%s $m/lib/crtn.o

		*link:
		-pie --no-dynamic-linker -z text -nostdlib -static -z relro -z now -z noexecstack

		*esp_link:


		*esp_options:


		*esp_cpp_options:


	END
	printf '#!/bin/sh\nexec %s-gcc %s %s "$@" -specs %s/bin/musl.specs\n' \
		"$gnu" "$target_flags" "$map" "$W" >"$W/bin/pcc"
	chmod +x "$W/bin/pcc"
	for tool in ar ranlib strip nm; do
		ln -sf "$(command -v "$gnu-$tool")" "$W/bin/p$tool"
	done
	# lld packs relative relocations on both architectures; a cross gcc looks for it only where -B says
	ln -sf "$(command -v ld.lld)" "$W/bin/ld.lld"
	echo "-static -B$W/bin -fuse-ld=lld -Wl,--pack-dyn-relocs=relr -Wl,--gc-sections -Wl,-O1" \
		"-Wl,-z,relro,-z,now -Wl,-z,noexecstack" >"$W/ldflags"
	cat >"$W/toolchain.cmake" <<-END
		set(CMAKE_SYSTEM_NAME Linux)
		set(CMAKE_SYSTEM_PROCESSOR $cpu)
		set(CMAKE_C_COMPILER $W/bin/pcc)
		set(CMAKE_AR $W/bin/par)
		set(CMAKE_RANLIB $W/bin/pranlib)
		set(CMAKE_STRIP $W/bin/pstrip)
		set(CMAKE_FIND_ROOT_PATH $P)
		set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
		set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
		set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
		set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
		set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
		set(ENV{PKG_CONFIG_LIBDIR} $P/lib/pkgconfig)
	END
}

with_cmake() { # NAME OPTION...: configures, builds and installs a library that uses CMake
	cmake -S "$W/src/$1" -B "$W/build/$1" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$W/toolchain.cmake" \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX="$P" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_PREFIX_PATH="$P" \
		-DBUILD_SHARED_LIBS=OFF -DCMAKE_POLICY_DEFAULT_CMP0056=NEW -DCMAKE_POLICY_VERSION_MINIMUM=3.5 \
		"-DCMAKE_C_FLAGS=$optimise -isystem $P/include" "${@:2}"
	ninja -C "$W/build/$1" "$jobs" install
}

configured() { # NAME: the folder to configure it in
	mkdir -p "$W/build/$1"
	cd "$W/build/$1"
}

# Libraries: one function each ---------------------------------------------------------------

build_musl() {
	configured musl
	"$W/src/musl/configure" --target="$musl" --prefix=/usr --disable-shared --disable-wrapper \
		CROSS_COMPILE="$gnu-" "CC=$gnu-gcc" "CFLAGS=-fPIE -ffunction-sections -fdata-sections $target_flags $map"
	make "$jobs"
	make DESTDIR="$W/musl" install
}

build_zlib() {
	configured zlib
	cp -r "$W/src/zlib/." .
	CHOST=$musl CC=pcc AR=par RANLIB=pranlib CFLAGS=$optimise LDFLAGS=-static ./configure --prefix="$P" --static
	make "$jobs" libz.a
	cp libz.a "$P/lib"
	cp zlib.h zconf.h "$P/include"
	cp zlib.pc "$P/lib/pkgconfig"
}

build_uthash() { # headers only
	cp "$W"/src/uthash/src/ut*.h "$P/include"
}

build_jansson() {
	with_cmake jansson -DJANSSON_BUILD_DOCS=OFF -DJANSSON_WITHOUT_TESTS=ON -DJANSSON_EXAMPLES=OFF
}

build_libyaml() {
	with_cmake libyaml -DBUILD_TESTING=OFF
}

build_pcre2() {
	with_cmake pcre2 -DPCRE2_BUILD_PCRE2_8=ON -DPCRE2_BUILD_PCRE2_16=OFF -DPCRE2_BUILD_PCRE2_32=OFF \
		-DPCRE2_SUPPORT_JIT=OFF -DPCRE2_BUILD_PCRE2GREP=OFF -DPCRE2_BUILD_TESTS=OFF -DPCRE2_STATIC_PIC=OFF
}

build_openssl() { # --prefix is embedded in libcrypto: it must not name the folder of the build
	local without algorithm old='echo GNU assembler version 2.20 #' configured_without=()
	without="shared dso module tests apps docs engine legacy comp ssl3 dtls quic srp srtp psk idea md4 mdc2 rc2 rc4
		bf cast seed camellia aria sm2 sm3 sm4 whirlpool rmd160 blake2 argon2 gost cms cmp ts ocsp ct rfc3779
		nextprotoneg ssl-trace weak-ssl-ciphers ktls async ui-console scrypt siv ocb ec2m dsa ml-dsa slh-dsa
		multiblock secure-memory autoload-config thread-pool default-thread-pool http integrity-only-ciphers
		tls-deprecated-ec padlockeng afalgeng filenames"
	for algorithm in $without; do
		configured_without+=("no-$algorithm")
	done
	configured openssl
	"$W/src/openssl/Configure" "$openssl_target" --prefix=/usr --libdir=lib --openssldir=/etc/ssl \
		"${configured_without[@]}" CC=pcc AR=par RANLIB=pranlib "CFLAGS=$optimise"
	if [ "$ARCH" = amd64 ]; then
		# AVX-512 is 0.74 MB of code: its two generators write stubs for an assembler that does not know it.
		# The AES-NI and AVX2 paths stay.
		mkdir -p crypto/modes crypto/aes
		CC=$old perl "$W/src/openssl/crypto/modes/asm/aes-gcm-avx512.pl" elf crypto/modes/aes-gcm-avx512.s
		CC=$old perl "$W/src/openssl/crypto/aes/asm/aesni-xts-avx512.pl" elf crypto/aes/aesni-xts-avx512.s
	fi
	make "$jobs" build_generated
	make "$jobs" libcrypto.a libssl.a
	make DESTDIR="$W/build/openssl-installed" install_dev
	cp -r "$W/build/openssl-installed/usr/." "$P"
	sed -i "s#^prefix=.*#prefix=$P#" "$P"/lib/pkgconfig/*ssl.pc "$P"/lib/pkgconfig/libcrypto.pc
}

build_curl() { # a client of HTTP/1.1; unix sockets stay on, for the Docker engine's API
	local without disabled=() feature
	without="shared ldap ldaps ftp file ipfs dict telnet tftp pop3 imap smb smtp gopher mqtt rtsp websockets manual
		docs libcurl-option ntlm tls-srp kerberos-auth negotiate-auth alt-svc hsts doh form-api
		get-easy-options openssl-auto-load-config dependency-tracking ares"
	for feature in $without; do
		disabled+=("--disable-$feature")
	done
	for feature in ca-path brotli zstd libidn2 libpsl libssh2 nghttp2 librtmp libgsasl; do
		disabled+=("--without-$feature")
	done
	configured curl
	"$W/src/curl/configure" --build="$(gcc -dumpmachine)" --host="$musl" --prefix=/usr --enable-static \
		--with-openssl="$P" --with-zlib="$P" --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt \
		--enable-ipv6 --enable-threaded-resolver "${disabled[@]}" \
		CC=pcc AR=par RANLIB=pranlib "CFLAGS=$optimise" "CPPFLAGS=-isystem $P/include" "LDFLAGS=-L$P/lib -static"
	make "$jobs" -C lib
	make -C lib DESTDIR="$W/build/curl-installed" install
	make -C include DESTDIR="$W/build/curl-installed" install
	cp -r "$W/build/curl-installed/usr/." "$P"
	sed "s#^prefix=.*#prefix=$P#" libcurl.pc >"$P/lib/pkgconfig/libcurl.pc"
}

# All of it ----------------------------------------------------------------------------------

build_all() {
	local name
	export SOURCE_DATE_EPOCH=1700000000 LC_ALL=C TZ=UTC PKG_CONFIG_LIBDIR=$P/lib/pkgconfig PKG_CONFIG_PATH=
	export PATH=$W/bin:$PATH
	unset CFLAGS CPPFLAGS LDFLAGS CC AR RANLIB
	rm -rf "$W"
	mkdir -p "$sources" "$W/bin" "$W/src" "$W/build" "$P/include" "$P/lib/pkgconfig"
	cat >"$W/THIRD-PARTY" <<-END
		The static file contains these libraries, built from the source packages of Debian, with its changes, and the
		parts of gcc's runtime library that the compiler adds (GPL-3.0-or-later WITH GCC-exception-3.1).
	END
	for name in $(names library); do
		take "$name"
	done
	write_wrapper
	for name in $(names library); do
		say "$ARCH: building $name"
		(
			trap - ERR    # it is reported once, below
			"build_$name"
		) >>"$log" 2>&1
	done
	rm -rf "$W/src" "$W/build"
}

install_tools
key=$({
	cat "$here/deps.sh"
	rows library
	"$gnu-gcc" --version
	ld.lld --version
	echo "$ARCH"
} | sha256sum)
W=$cache/static/${key::16}/$ARCH    # everything that is built; its name must not end in the output
P=$W/prefix
log=$W.log
not_pinned=$W/not-pinned
map="-ffile-prefix-map=$W=."
mkdir -p "${W%/*}"
exec 9>"$W.lock"
flock 9
if [ ! -e "$W/complete" ] || { [ -n "$locked" ] && [ -e "$not_pinned" ]; }; then
	: >"$log"
	trap failed ERR
	build_all
	: >"$W/complete"
fi
echo "$W"
