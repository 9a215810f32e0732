using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>Photographs and their views on processors with fewer vector instructions, which .NET is told to leave alone.</summary>
[Trait("Category", "Process")]
public sealed class VectorInstructionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Sheets with the crops of evaluation, and of training with flips, jitter, grayscale and blur.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableAVX")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void Views_have_the_same_bytes_without_some_instructions(string variable)
    {
        Directory.CreateDirectory(_folder["set/train/a"]);
        for (var i = 0; i < 4; i++)
        {
            File.WriteAllBytes(_folder[$"set/train/a/{i}.jpg"], Pictures.Gradient(160 + 9 * i, 131 - 7 * i, i, SKEncodedImageFormat.Jpeg));
        }

        _folder.Write("p.json", """
            {
              "name": "p", "device": "cpu", "labels": { "perClass": 1 }, "rounds": { "distill": {} }, "publish": { "heldOut": null },
              "dataset": { "kind": "folder", "folder": "set", "imageSize": 100, "shorterSide": 110 }
            }
            """);

        Assert.Equal(Draw("1"), Draw("0"));

        byte[] Draw(string value)
        {
            using var process = new DistillProcess(
                _folder.Path, new Dictionary<string, string?> { [variable] = value }, "data", "views", "p.json", "--output", "views.png");
            var outcome = process.Finish();

            Assert.True(outcome.ExitCode == 0, outcome.Errors);

            return File.ReadAllBytes(_folder["views.png"]);
        }
    }

    public void Dispose() => _folder.Dispose();
}
