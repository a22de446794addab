# Build: docker build -t hoga .
# Run:   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#          --env-file .env -v hoga-data:/app/data hoga                 (add -it to chat in the terminal)
FROM node:24-slim

WORKDIR /app
# The image brings Node 24 itself, so the copy that npm would bring is left out.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional && npm cache clean --force

COPY src src
COPY commands commands

# Tokens and the ledger live here, readable by the bot alone.
RUN mkdir -m 700 data && chown node:node data
VOLUME /app/data
USER node

CMD ["node", "src/preflight.js"]
