using System.Net;
using System.Net.Http.Headers;

namespace Tests.Datasets.Downloads;

/// <summary>Answers each request with the next answer of a script, and records the requests.</summary>
internal sealed class ScriptedMirror(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler
{
    private readonly Queue<Func<HttpRequestMessage, HttpResponseMessage>> _answers = new(answers);

    /// <summary>One line per request: its host and its range.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Ignores ranges, as simple servers do.</summary>
    public static Func<HttpRequestMessage, HttpResponseMessage> Whole(byte[] file) =>
        _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(file) };

    public static Func<HttpRequestMessage, HttpResponseMessage> Ranged(byte[] file) => request =>
    {
        var start = (int)(request.Headers.Range?.Ranges.Single().From ?? 0);
        var answer = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new ByteArrayContent(file[start..]) };
        answer.Content.Headers.ContentRange = new ContentRangeHeaderValue(start, file.Length - 1, file.Length);
        return answer;
    };

    public static Func<HttpRequestMessage, HttpResponseMessage> Breaking(byte[] file, int after, bool silent = false) =>
        _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new BreakingStream(file[..after], silent)) };

    public static Func<HttpRequestMessage, HttpResponseMessage> Status(HttpStatusCode status) => _ => new HttpResponseMessage(status);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add($"{request.RequestUri!.Host} {request.Headers.Range?.ToString() ?? "all"}");
        return Task.FromResult(_answers.Dequeue()(request));
    }
}
