# The service as a Node process: one module and the static files, and no packages beside them.
#
#   docker build -t realtimekit-bff .
#   docker run --rm --init -p 8787:8787 --env-file .env realtimekit-bff
#
# Pin the base by digest where builds have to be the same for years: --build-arg NODE_IMAGE=node:24-slim@sha256:…
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Not `npm ci`: it refuses a lock file that was written where another platform's binaries were not to be had. Optional packages are
# not left out: the bundler's own binary is one.
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund
COPY openapi.json ./
COPY assets ./assets
COPY src ./src
COPY scripts/build-assets.ts scripts/build-node.ts ./scripts/
RUN npm run build:node

FROM ${NODE_IMAGE} AS base
ENV NODE_ENV=production
# The C library's allocator would keep a reserve for each of its many arenas.
ENV MALLOC_ARENA_MAX=2
WORKDIR /app
COPY package.json ./
STOPSIGNAL SIGTERM

# A stand-in for the upstream, for demonstrations: docker build --target simulator .
FROM base AS simulator
COPY src/ground/runtime.ts ./src/ground/
COPY simulator ./simulator
USER node
EXPOSE 8788
CMD ["node", "simulator/server.ts"]

# The service; what is built unless another target is named.
FROM base AS service
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8787) + '/readyz', { signal: AbortSignal.timeout(2000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=16", "dist/node.mjs"]
