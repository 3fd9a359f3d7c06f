# The Annulus image: one program, `annulus`, for coordinators, shard nodes and clients.
#
#   docker build -t annulus .
#   docker run --rm annulus --help
#
# MARCH is the processor the vector index is compiled for, on x86 only: x86-64-v3 (AVX2 and FMA) runs
# on servers since about 2015; x86-64 runs on all; native only where it was built.

FROM node:24-bookworm AS build
ARG MARCH=x86-64-v3
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# Dependencies first: they change less often than sources, and compiling them takes longest.
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
RUN node scripts/setup.mjs --no-build \
  && if [ "$(uname -m)" = x86_64 ]; then npm run build:native -- "$MARCH"; fi
COPY tsconfig.json tsconfig.build.json ./
COPY proto ./proto
COPY src ./src
COPY shards ./shards
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
# Every server in this image keeps its data and serves its health in the same place.
ENV ANNULUS_DATA=/data ANNULUS_HTTP=0.0.0.0:7780
WORKDIR /app
COPY LICENSE ./
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/shards ./dist/shards
COPY --from=build /app/dist/proto ./dist/proto
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 7700 7780
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7780/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["--help"]
