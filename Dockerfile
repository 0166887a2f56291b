# The program alone, for a database elsewhere (DATABASE_URL): the private server is for machines.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /furnisher ./cmd/furnisher

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /furnisher /usr/local/bin/furnisher
USER nonroot
ENTRYPOINT ["/usr/local/bin/furnisher"]
