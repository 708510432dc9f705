package dev.scriptanalytics.api.http;

import io.javalin.plugin.bundled.CorsPluginConfig;
import java.util.Set;

/** Lets pages of other origins ask, with a key that they have; cookies are never allowed. */
final class Cors {
  private static final int MAX_AGE_SECONDS = 3600;

  private Cors() {}

  static void configure(CorsPluginConfig.CorsRule rule, Set<String> origins) {
    if (origins.contains("*")) {
      rule.anyHost();
    } else {
      origins.forEach(origin -> rule.allowHost(origin));
    }
    rule.maxAge = MAX_AGE_SECONDS;
    rule.exposeHeader("Retry-After");
    rule.exposeHeader("RateLimit");
    rule.exposeHeader("RateLimit-Policy");
    rule.exposeHeader("X-Request-Id");
  }
}
