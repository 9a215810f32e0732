using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Distill.Serve;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Learning;

namespace Tests.Serve;

/// <summary>Requests above a limit get one clear answer, and the server continues.</summary>
[Collection(TorchTests.Name)]
public sealed class LimitTests
{
    private static readonly byte[] Small = Pictures.OneColor(SKColors.Gray, 28, 28);

    [Fact]
    public async Task An_image_with_too_many_bytes_is_refused()
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxMegabytes: 1));

        var exact = await server.PostAsync([.. Small, .. new byte[1_000_000 - Small.Length]]);
        var body = await server.PostAsync(new byte[1_000_001]);
        var part = await server.PostAsync(("small.png", Small), ("big.png", new byte[1_000_001]));

        Assert.Equal(200, exact.Status);
        AssertRefused(413, "the body has more than 1 MB, the most that an image may have", body);
        AssertRefused(413, "big.png has more than 1 MB, the most that an image may have", part);
        Assert.Equal(200, (await server.PostAsync(Small)).Status);
    }

    /// <summary>A small file may claim any size, so the header decides.</summary>
    [Theory]
    [InlineData(1000, 1000, null)]
    [InlineData(1001, 1000, "larger than 1 megapixels")]
    [InlineData(60_000, 60_000, "larger than 1 megapixels")]
    public async Task An_image_with_too_many_pixels_is_refused(int width, int height, string? message)
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxMegapixels: 1));
        var jpeg = Pictures.OneColor(SKColors.Gray, Math.Min(width, 1001), 1000, SKEncodedImageFormat.Jpeg);

        var answer = await server.PostAsync(Pictures.Claiming(jpeg, (ushort)width, (ushort)height));

        if (message is null)
        {
            Assert.Equal(200, answer.Status);
        }
        else
        {
            AssertRefused(422, message, answer);
        }
    }

    [Fact]
    public async Task A_request_with_too_many_images_is_refused()
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxImages: 2));

        Assert.Equal(200, (await server.PostAsync(("a.png", Small), ("b.png", Small))).Status);
        AssertRefused(
            413,
            "found more than 2 images, the most that one request may have",
            await server.PostAsync(("a.png", Small), ("b.png", Small), ("c.png", Small)));
    }

    [Fact]
    public async Task Requests_above_the_limit_are_refused_until_another_ends()
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxRequests: 1));
        var slow = new SlowContent(Small);
        var request = RunningServer.Predict(slow);
        request.Headers.ExpectContinue = true;
        var first = server.SendAsync(request);
        await slow.FirstHalf;

        using var refused = await server.Client.PostAsync("predict", new ByteArrayContent(Small));
        var health = await server.Client.GetAsync("health");
        slow.SendTheRest();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(200, (await first).Status);
        Assert.Equal(200, (await server.PostAsync(Small)).Status);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_refused()
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxSeconds: 1));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n1"u8.ToArray());

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("""{"error":"the request took longer than 1 s"}""", answer, StringComparison.Ordinal);
        Assert.Equal(200, (await server.PostAsync(Small)).Status);
    }

    private static void AssertRefused(int status, string message, (int Status, JsonNode Answer) found)
    {
        Assert.Equal(message, found.Answer["error"]?.GetValue<string>());
        Assert.Equal(status, found.Status);
    }
}
