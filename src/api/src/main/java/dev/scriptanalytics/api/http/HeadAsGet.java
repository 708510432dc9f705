package dev.scriptanalytics.api.http;

import io.javalin.http.Context;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Has HEAD answered as GET; Jetty leaves the body out. Javalin answers HEAD with 200 wherever there
 * is a GET, without a look at the key or at the parameters.
 */
public final class HeadAsGet extends Handler.Wrapper {
  private static final String ATTRIBUTE = HeadAsGet.class.getName();

  /** Whether the client wants no body. */
  public static boolean is(Context context) {
    return context.req().getAttribute(ATTRIBUTE) != null;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!HttpMethod.HEAD.is(request.getMethod())) {
      return super.handle(request, response, callback);
    }
    request.setAttribute(ATTRIBUTE, true);
    return super.handle(new AsGet(request), response, callback);
  }

  private static final class AsGet extends Request.Wrapper {
    AsGet(Request request) {
      super(request);
    }

    @Override
    public String getMethod() {
      return HttpMethod.GET.asString();
    }
  }
}
