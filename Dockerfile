# One static-enough binary on a small base, not as root. It listens on loopback
# only: run it with the host's network, as the README shows.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo xtask dist

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/rollbook /rollbook
USER nonroot
ENTRYPOINT ["/rollbook"]
