# One static-enough binary on a small base, not as root.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN rustup target add wasm32-unknown-unknown && cargo xtask dist

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/rollbook /rollbook
USER nonroot
ENTRYPOINT ["/rollbook"]
