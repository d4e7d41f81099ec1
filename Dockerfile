# One image for the three processes; the command says which. docs/operations.md has the rest.
# The version of Node that package.json pins for machines without containers.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/setup.mjs scripts/
RUN node scripts/setup.mjs dependencies
COPY . .
RUN node scripts/setup.mjs prisma build

FROM node:${NODE_VERSION}-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages are the servers of the embedded profile; installation scripts would download a second Node.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:${NODE_VERSION}-bookworm-slim
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/projector dist/projector
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY scripts/healthcheck.mjs scripts/
# Nothing in the image is this user's to change.
USER node
ENTRYPOINT ["node", "--enable-source-maps"]
# The other two: dist/src/main.js relay, and dist/projector/main.js.
CMD ["dist/src/main.js", "gateway"]
# Alive, not ready: who restarts what is unhealthy would not bring back a database by it. docker-compose.yml restarts nothing for it, and asks each
# service whether it is ready instead, so that `up --wait` waits for that.
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
  CMD ["node", "scripts/healthcheck.mjs", "http://127.0.0.1:4000/healthz"]
