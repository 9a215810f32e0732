using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Learning.Training;
using Distill.Serve;
using TorchSharp;

namespace Tests.Serve;

/// <summary>A server in this process on a free port, with a published model of the zoo.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public static readonly string ModelFolder = Path.Combine(Repository.Root, "models", "zoo", "fashion-mnist-resnet18-130");

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _server;

    private RunningServer(PublishedModel model, Uri address, Task server, CancellationTokenSource stop)
    {
        (Model, _server, _stop) = (model, server, stop);
        Client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = address };
    }

    public PublishedModel Model { get; }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public static async Task<RunningServer> StartAsync(ServeOptions? limits = null)
    {
        var model = PublishedModel.Load(ModelFolder, new Compute(torch.CPU, Bf16: false));
        var served = new ServedModel(ServedModel.NameOf(ModelFolder), PublishedModel.DefaultFormat, model);
        var started = new TaskCompletionSource<Uri>();
        var stop = new CancellationTokenSource();
        var server = Server.RunAsync(served, (limits ?? new ServeOptions()) with { Port = 0 }, started.SetResult, stop.Token);
        await await Task.WhenAny(started.Task, server);
        return new RunningServer(model, await started.Task, server, stop);
    }

    /// <summary>Posts an image as the body and returns the status and the answer.</summary>
    public Task<(int Status, JsonNode Answer)> PostAsync(byte[] image) => SendAsync(Predict(new ByteArrayContent(image)));

    /// <summary>Posts images as a form and returns the status and the answer.</summary>
    public Task<(int Status, JsonNode Answer)> PostAsync(params (string Name, byte[] Content)[] images)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, content) in images)
        {
            form.Add(new ByteArrayContent(content), "image", name);
        }

        return SendAsync(Predict(form));
    }

    public async Task<(int Status, JsonNode Answer)> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public static HttpRequestMessage Predict(HttpContent content) => new(HttpMethod.Post, "predict") { Content = content };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _stop.CancelAsync();
        await _server;
        _stop.Dispose();
        Model.Dispose();
    }
}
