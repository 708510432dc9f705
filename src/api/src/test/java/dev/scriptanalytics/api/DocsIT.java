package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the web page and of the page that shows {@code openapi.yaml}. */
class DocsIT {
  @RegisterExtension static final ApiStack api = new ApiStack();

  @ParameterizedTest
  @CsvSource({
    "/docs, text/html, /docs/start.js",
    "/docs/start.js, text/javascript, /openapi.yaml",
    "/docs/page.css, text/css, #description",
    "/docs/swagger-ui-bundle.js, text/javascript, SwaggerUIBundle",
    "/docs/swagger-ui.css, text/css, .swagger-ui",
    "/openapi.yaml, application/yaml, openapi: 3.1.0",
  })
  void eachFileIsServedPlainOrCompressed(String path, String type, String content)
      throws IOException {
    HttpResponse<String> plain = api.raw(api.request(null, path).build());

    assertThat(plain.statusCode()).isEqualTo(200);
    assertThat(plain.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
    assertThat(plain.body()).contains(content);
    HttpResponse<InputStream> compressed = api.open(null, path, "Accept-Encoding", "gzip, br");
    assertThat(compressed.headers().firstValue("Content-Encoding")).hasValue("gzip");
    try (InputStream in = new GZIPInputStream(compressed.body())) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(plain.body());
    }
  }

  @Test
  void aBrowserKeepsItsCopyWhileNothingChanges() {
    HttpResponse<String> first = api.raw(api.request(null, "/docs").build());
    String etag = first.headers().firstValue("ETag").orElseThrow();

    assertThat(api.raw(api.request(null, "/docs", "If-None-Match", etag).build()).statusCode())
        .isEqualTo(304);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/runs", "/logs", "/errors", "/patterns", "/versions"})
  void everyTabOfTheWebPageIsOneFile(String path) {
    HttpResponse<String> page = api.raw(api.request(null, path).build());

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("/page.js", "/page.css").doesNotContain("https:");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "require-trusted-types-for 'script'")
        .doesNotContain("unsafe");
  }

  @Test
  void nothingOfThePageComesFromOrGoesToAnotherHost() {
    HttpResponse<String> page = api.raw(api.request(null, "/docs").build());

    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'");
    assertThat(page.body()).doesNotContain("http:", "https:");
  }
}
