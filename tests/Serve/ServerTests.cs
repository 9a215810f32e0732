using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets.Decoding;
using Distill.Pipeline.Options;
using Distill.Serve;
using Tests.Learning;

namespace Tests.Serve;

/// <summary>Tests the answers of a server over HTTP.</summary>
[Collection(TorchTests.Name)]
public sealed class ServerTests
{
    private static readonly string Photos = Path.Combine(AppContext.BaseDirectory, "Golden", "Photos");

    /// <summary>Images of all kinds: rotated, gray, transparent, animated, in print colors.</summary>
    private static readonly string[] Names = ["exif-6.jpg", "gray-16-bit.png", "rgba.png", "animated.webp", "cmyk.jpg", "palette.bmp"];

    [Fact]
    public async Task Predictions_are_those_of_the_published_model()
    {
        await using var server = await RunningServer.StartAsync();

        var together = await server.PostAsync([.. Names.Select(name => (name, Bytes(name)))]);
        var alone = await server.PostAsync(Bytes(Names[0]));

        Assert.Equal(200, together.Status);
        Assert.Equal(Names, together.Answer.AsArray().Select(image => image!["file"]!.GetValue<string>()));
        Assert.Equal(Expected(server.Model, Names), together.Answer.AsArray().Select(image => image!["predictions"]!.ToJsonString()));
        Assert.Null(Assert.Single(alone.Answer.AsArray())!["file"]);
        Assert.Equal(Expected(server.Model, Names[..1]), alone.Answer.AsArray().Select(image => image!["predictions"]!.ToJsonString()));
    }

    [Fact]
    public async Task Many_clients_at_once_get_the_same_predictions()
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxRequests: 16));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => server.PostAsync(Bytes(Names[i % Names.Length]))));

        Assert.All(answers.Index(), item => Assert.Equal(
            Expected(server.Model, [Names[item.Index % Names.Length]]).Single(),
            item.Item.Answer[0]!["predictions"]!.ToJsonString()));
    }

    [Fact]
    public async Task Other_images_are_classified_beside_a_damaged_one()
    {
        await using var server = await RunningServer.StartAsync();

        var (status, answer) = await server.PostAsync(("notes.txt", "no image"u8.ToArray()), ("größe.png", Bytes(Names[1])));

        Assert.Equal(200, status);
        Assert.Equal("""{"file":"notes.txt","error":"not an image of a known format"}""", answer[0]!.ToJsonString());
        Assert.Equal("größe.png", answer[1]!["file"]!.GetValue<string>());
        Assert.Equal(Expected(server.Model, [Names[1]]).Single(), answer[1]!["predictions"]!.ToJsonString());
    }

    [Theory]
    [InlineData("text/plain", "", "zero bytes long")]
    [InlineData("image/png", "no image", "not an image of a known format")]
    [InlineData("multipart/form-data", "x", "the header Content-Type has no boundary, expected multipart/form-data with one")]
    [InlineData("multipart/form-data; boundary=b", "--b--\r\n", "found no image in the form, expected one part per image")]
    [InlineData(
        "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n",
        "part 1 of the form has no file name, expected image files only")]
    [InlineData(
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.png\"\r\n\r\nno image\r\n--b--\r\n",
        "a.png: not an image of a known format")]
    [InlineData(
        "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\n1",
        "the form is damaged")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nno colon\r\n\r\n1\r\n--b--\r\n", "the form is damaged")]
    [InlineData("multipart/form-data; boundary=b", "", "the form is damaged")]
    public async Task A_request_without_a_usable_image_gets_the_reason(string type, string body, string message)
    {
        await using var server = await RunningServer.StartAsync();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        var (status, answer) = await server.SendAsync(RunningServer.Predict(content));

        Assert.StartsWith(message, answer["error"]?.GetValue<string>(), StringComparison.Ordinal);
        Assert.InRange(status, 400, 422);
    }

    [Fact]
    public async Task Facts_name_the_model_and_its_limits()
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxImages: 7));

        var facts = JsonNode.Parse(await server.Client.GetStringAsync("model"))!;

        Assert.Equal("fashion-mnist-resnet18-130", facts["name"]!.GetValue<string>());
        Assert.Equal("resnet18", facts["architecture"]!.GetValue<string>());
        Assert.Equal(
            File.ReadAllLines(Path.Combine(RunningServer.ModelFolder, "labels.txt")),
            facts["labels"]!.AsArray().Select(label => label!.GetValue<string>()));
        Assert.Equal(7, facts["limits"]!["images"]!.GetValue<int>());
        Assert.Equal("""{"status":"ok"}""", await server.Client.GetStringAsync("health"));
    }

    [Theory]
    [InlineData("GET", "nothing", 404, "found nothing at /nothing, expected /, /predict, /model or /health")]
    [InlineData("GET", "predict", 405, "found the method GET, expected POST for /predict")]
    [InlineData("DELETE", "model", 405, "found the method DELETE, expected GET for /model")]
    public async Task A_wrong_address_or_method_is_refused(string method, string path, int status, string message)
    {
        await using var server = await RunningServer.StartAsync();

        var found = await server.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal((status, message), (found.Status, found.Answer["error"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_request_of_another_page_is_refused_at_every_address(string header, string value)
    {
        await using var server = await RunningServer.StartAsync();

        foreach (var path in new[] { "", "model", "predict", "page.js", "nothing" })
        {
            var request = new HttpRequestMessage(path == "predict" ? HttpMethod.Post : HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(header, value);

            Assert.Equal(403, (await server.SendAsync(request)).Status);
        }
    }

    [Theory]
    [InlineData("", "text/html")]
    [InlineData("page.js", "text/javascript")]
    [InlineData("page.css", "text/css")]
    [InlineData("icon.svg", "image/svg+xml")]
    [InlineData("model", "application/json")]
    [InlineData("nothing", "application/json")]
    public async Task Every_answer_has_its_type_and_the_security_headers(string path, string type)
    {
        await using var server = await RunningServer.StartAsync();

        using var response = await server.Client.GetAsync(path);

        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("default-src 'none'; script-src 'self';", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.Equal("no-store", Header("Cache-Control"));
        Assert.False(response.Headers.Contains("Server"));

        string Header(string name) => response.Headers.GetValues(name).Single();
    }

    [Fact]
    public async Task A_busy_port_is_one_message()
    {
        await using var server = await RunningServer.StartAsync();
        var served = new ServedModel("second", PublishedModel.DefaultFormat, server.Model);

        var error = await Assert.ThrowsAsync<UserException>(() => Server.RunAsync(
            served, new ServeOptions(server.Address.Port), _ => { }, CancellationToken.None));

        Assert.StartsWith($"--port: port {server.Address.Port} of 127.0.0.1 is in use", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Photos, name));

    /// <summary>The predictions as JSON of the steps that <c>distill predict</c> takes for these files in one call.</summary>
    private static IEnumerable<string> Expected(PublishedModel model, IEnumerable<string> names)
    {
        var config = model.Config;
        byte[][] pixels = [.. names.Select(name => ImageFile.Read(Path.Combine(Photos, name), config.Preprocessing))];
        return model.Probabilities(pixels).Select(probabilities => new JsonArray(
        [
            .. Enumerable.Range(0, probabilities.Length).OrderByDescending(label => probabilities[label]).Select(
                label => new JsonObject { ["label"] = config.Labels[label], ["probability"] = probabilities[label] }),
        ]).ToJsonString());
    }
}
