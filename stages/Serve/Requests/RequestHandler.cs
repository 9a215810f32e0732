using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Distill.Serve.Requests;

/// <summary>Answers requests: the page, the facts of the model, and predictions.</summary>
/// <param name="facts">The answer to <c>GET /model</c>.</param>
/// <param name="classifier">Computes the predictions.</param>
/// <param name="limits">Limits of a request.</param>
internal sealed class RequestHandler(JsonObject facts, Classifier classifier, ServeOptions limits)
{
    /// <summary>Quotes and names stay readable, since no answer is part of an HTML page.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _facts = facts.ToJsonString(Plain);
    private readonly RequestQueue _queue = new(limits.MaxRequests);
    private readonly PredictRequest _predict = new(classifier, limits);

    public async Task HandleAsync(HttpContext context)
    {
        SecurityHeaders.Add(context.Response);
        try
        {
            OriginOf(context.Request).Check();
            await AnswerAsync(context);
        }
        catch (RequestRefusedException refusal)
        {
            await RefuseAsync(context, refusal.Status, refusal.Message);
        }
        catch (BadHttpRequestException error)
        {
            await RefuseAsync(context, error.StatusCode, error.Message);
        }
        catch (Exception error) when (error is InvalidDataException or IOException && !context.Response.HasStarted)
        {
            // Nothing is read but the request.
            await RefuseAsync(context, 400, $"the form is damaged: {error.Message}");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await Console.Error.WriteLineAsync($"{context.Request.Method} {context.Request.Path}: {error.Message}");
            await RefuseAsync(context, 500, $"the server failed: {error.Message}");
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (path, method) = (context.Request.Path.Value ?? "/", context.Request.Method);
        var allowed = path == "/predict" ? "POST" : "GET";
        var page = PageFiles.Find(path);
        if (page is null && path is not ("/predict" or "/model" or "/health"))
        {
            throw new RequestRefusedException(404, $"found nothing at {path}, expected /, /predict, /model or /health");
        }

        if (method != allowed && !(method == "HEAD" && allowed == "GET"))
        {
            context.Response.Headers.Allow = allowed;
            throw new RequestRefusedException(405, $"found the method {method}, expected {allowed} for {path}");
        }

        await (path switch
        {
            "/predict" => PredictAsync(context),
            "/model" => WriteAsync(context, _facts),
            "/health" => WriteAsync(context, """{"status":"ok"}"""),
            _ => WriteAsync(context, page!.Value.Bytes, page.Value.Type),
        });
    }

    private async Task PredictAsync(HttpContext context)
    {
        using var place = _queue.Enter();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(TimeSpan.FromSeconds(limits.MaxSeconds));
        var clock = Stopwatch.StartNew();
        try
        {
            var answer = await _predict.AnswerAsync(context.Request, time.Token);
            context.Response.Headers["Server-Timing"] = FormattableString.Invariant($"total;dur={clock.Elapsed.TotalMilliseconds:0.0}");
            await WriteAsync(context, answer.ToJsonString(Plain));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new RequestRefusedException(408, $"the request took longer than {limits.MaxSeconds} s");
        }
    }

    private static RequestOrigin OriginOf(HttpRequest request) => new(
        request.Method, request.Host.Value, request.Headers.Origin, request.Headers["Sec-Fetch-Site"], request.Headers["Sec-Fetch-Mode"]);

    private static async Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        if (status == 503)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await WriteAsync(context, new JsonObject { ["error"] = message }.ToJsonString(Plain));
    }

    private static Task WriteAsync(HttpContext context, string json) =>
        WriteAsync(context, Encoding.UTF8.GetBytes(json), "application/json");

    private static async Task WriteAsync(HttpContext context, byte[] bytes, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
