# Switchboard without the embedded PostgreSQL. It needs DATABASE_URL and SWITCHBOARD_ENCRYPTION_KEYS.
# compose.yaml starts both together.

FROM node:24-bookworm-slim AS build
WORKDIR /switchboard
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /switchboard
COPY package.json package-lock.json .npmrc ./
# The optional dependencies are Node and the embedded PostgreSQL.
RUN npm ci --omit=dev --omit=optional

FROM node:24-bookworm-slim
WORKDIR /switchboard
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
COPY --from=dependencies /switchboard/node_modules node_modules
COPY --from=build /switchboard/dist dist
COPY package.json LICENSE ./
COPY public public
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "dist/main.js"]
CMD ["serve"]
