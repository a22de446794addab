/** A key and a certificate that nobody signed but themselves, in KIS's name, for tests alone: whoever knows no better may take it for KIS. */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPWfMT67V7Kx4CGUf
SNW5Nd1pXF66ozN8F/FHI+9/8oKhRANCAATPy60+Mz5AIqHjalGNn5Il8AoR9ERl
T7ymEyrYwl+y6nq6XrnN+hqTV7bmXuaaVAZ2IfmWgSp/efYzDkktnC0/
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIB0zCCAXigAwIBAgIUK9jGbB+E1ldhwNlXaDadimTUPfwwCgYIKoZIzj0EAwIw
JjEkMCIGA1UEAwwbb3BlbmFwaS5rb3JlYWludmVzdG1lbnQuY29tMCAXDTI2MTEz
MDE0MTA1M1oYDzIxMjYxMTA2MTQxMDUzWjAmMSQwIgYDVQQDDBtvcGVuYXBpLmtv
cmVhaW52ZXN0bWVudC5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATPy60+
Mz5AIqHjalGNn5Il8AoR9ERlT7ymEyrYwl+y6nq6XrnN+hqTV7bmXuaaVAZ2IfmW
gSp/efYzDkktnC0/o4GBMH8wHQYDVR0OBBYEFPXX3wdwQPKU+IdXZvTkc0ehlqt+
MB8GA1UdIwQYMBaAFPXX3wdwQPKU+IdXZvTkc0ehlqt+MA8GA1UdEwEB/wQFMAMB
Af8wLAYDVR0RBCUwI4Ibb3BlbmFwaS5rb3JlYWludmVzdG1lbnQuY29thwR/AAAB
MAoGCCqGSM49BAMCA0kAMEYCIQDOSvJjK9/+ozBvRTsDHSjttKQRHh9Duo2ybkVg
BCspfQIhAMJFcJe1ec+c4AC6BctXidtXUEUbPx6rLxuus5vXshbJ
-----END CERTIFICATE-----
`,
};
