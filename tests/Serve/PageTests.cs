using System.Text.Json.Nodes;
using Distill.Datasets.Decoding;
using Distill.Serve;
using SkiaSharp;
using Tests.Datasets;
using Tests.Datasets.Folders;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Serve;

/// <summary>
/// Tests the page in a real browser. If the environment variable DISTILL_SCREENSHOTS names a folder, what the browser shows goes there.
/// </summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Process")]
public sealed class PageTests : IDisposable
{
    private const int Tab = 9;
    private const int Enter = 13;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ChromiumTheory]
    [InlineData(1280, 900, "light")]
    [InlineData(390, 844, "dark")]
    public async Task Chosen_images_show_their_classes_and_nothing_comes_from_elsewhere(int width, int height, string scheme)
    {
        await using var server = await RunningServer.StartAsync();
        await using var page = await Chromium.OpenAsync(server.Address, width, height, scheme);
        await page.UntilAsync("document.title === 'fashion-mnist-resnet18-130 – image classifier'");
        await SaveAsync(page, $"empty-{width}");
        var images = Enumerable.Range(0, 5).Select(WriteTestImage).ToArray();

        await page.ChooseAsync("#files", images);
        await page.UntilAsync("document.getElementById('status').textContent === '5 images classified'");

        var shown = JsonNode.Parse((await page.EvaluateAsync(
            """
            JSON.stringify([...document.querySelectorAll('.card')].map(card =>
              [...card.querySelectorAll('.predictions li')].map(item =>
                `${item.querySelector('.label').textContent} ${item.querySelector('.percent').textContent}`)))
            """))!.GetValue<string>())!;
        Assert.Equal(images.Select(image => Top5(server, image)), shown.AsArray().Select(card => string.Join(", ", card!.AsArray())));
        await AssertFitsAsync(page);
        await SaveAsync(page, $"results-{width}");
        Assert.Equal(5, page.Requests.Count(address => address == $"{server.Address}predict"));
        Assert.All(page.Requests, address => Assert.StartsWith(server.Address.ToString(), address, StringComparison.Ordinal));
        Assert.Empty(page.Problems);
    }

    [ChromiumTheory]
    [InlineData(1280, 900)]
    [InlineData(390, 844)]
    public async Task Dropped_images_and_their_errors_are_shown_in_plain_words(int width, int height)
    {
        await using var server = await RunningServer.StartAsync(new ServeOptions(MaxMegabytes: 1));
        await using var page = await Chromium.OpenAsync(server.Address, width, height);
        await page.UntilAsync("!document.getElementById('classes').hidden");
        var name = $"{new string('n', 200)}.png";
        File.WriteAllBytes(_folder[name], Pictures.Gradient(800, 300, 1, SKEncodedImageFormat.Png));
        File.WriteAllBytes(_folder["<b>large.png"], new byte[1_500_000]);
        File.WriteAllText(_folder["notes.png"], "no image");

        await page.DropAsync(width / 2, height - 10, _folder[name], _folder["<b>large.png"], _folder["notes.png"]);
        await page.UntilAsync("document.getElementById('status').textContent === '1 image classified, 2 not'");

        Assert.Equal(
            [
                $"{name}: 5", "<b>large.png: This file has 1.5 MB. The server accepts at most 1 MB per image.",
                "notes.png: This image cannot be classified: not an image of a known format",
            ],
            JsonNode.Parse((await page.EvaluateAsync(
                """
                JSON.stringify([...document.querySelectorAll('.card')].map(card => card.querySelector('h3').textContent + ': '
                  + (card.querySelector('.error')?.textContent ?? card.querySelectorAll('.predictions li').length)))
                """))!.GetValue<string>())!.AsArray().Select(card => card!.GetValue<string>()));
        await AssertFitsAsync(page);
        await SaveAsync(page, $"errors-{width}");
    }

    [ChromiumTheory]
    [InlineData(1280, 900)]
    public async Task The_keyboard_reaches_everything_and_readers_hear_names(int width, int height)
    {
        await using var server = await RunningServer.StartAsync();
        await using var page = await Chromium.OpenAsync(server.Address, width, height);
        await page.UntilAsync("!document.getElementById('classes').hidden");
        await page.ChooseAsync("#files", WriteTestImage(0));
        await page.UntilAsync("document.getElementById('status').textContent === '1 image classified'");

        var reached = new List<string>();
        for (var presses = 0; presses < 4; presses++)
        {
            await page.PressAsync("Tab", Tab);
            var focused = await page.EvaluateAsync("document.activeElement.id || document.activeElement.textContent");
            reached.Add(focused!.GetValue<string>());
        }

        await page.PressAsync("Enter", Enter);

        Assert.Equal(["10 classes", "files", "clear", "Show all 10 classes"], reached);
        await page.UntilAsync("document.querySelectorAll('.predictions li').length === 10");
        await page.UntilAsync("document.activeElement.getAttribute('aria-expanded') === 'true'");
        var named = await page.AccessibleNamesAsync();
        Assert.Contains("heading: fashion-mnist-resnet18-130", named);
        Assert.Contains(named, text => text.StartsWith("button: Choose images or drop them anywhere", StringComparison.Ordinal));
        Assert.Contains("button: Show the first 5", named);
        Assert.Contains("image: Thumbnail of image-0.png", named);
        Assert.Contains(named, text => text.StartsWith("status:", StringComparison.Ordinal));
    }

    private static async Task AssertFitsAsync(Chromium page) =>
        Assert.Equal("fits", $"{await page.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth ? 'fits' : 'too wide'")}");

    private static string Top5(RunningServer server, string image)
    {
        var config = server.Model.Config;
        var probabilities = server.Model.Probabilities([ImageFile.Read(image, config.Preprocessing)])[0];
        return string.Join(", ", Enumerable.Range(0, probabilities.Length).OrderByDescending(label => probabilities[label]).Take(5).Select(
            label => FormattableString.Invariant($"{config.Labels[label]} {100 * probabilities[label]:0.0} %")));
    }

    private static async Task SaveAsync(Chromium page, string name)
    {
        if (Environment.GetEnvironmentVariable("DISTILL_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name + ".png"), await page.ScreenshotAsync());
        }
    }

    private string WriteTestImage(int number)
    {
        var pixels = SampleData.Open().Test().Pixels.Decode(number).Pixels;
        using var bitmap = new SKBitmap(28, 28);
        for (var i = 0; i < 28 * 28; i++)
        {
            bitmap.SetPixel(i % 28, i / 28, new SKColor(pixels[i], pixels[i], pixels[i]));
        }

        var path = _folder[$"image-{number}.png"];
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        return path;
    }
}
