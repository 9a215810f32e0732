using Distill.Datasets.Downloads;
using Distill.Encoders.Downloads;
using Distill.Encoders.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Tests.Datasets.Downloads;
using Tests.Pipeline;

namespace Tests.Encoders;

/// <summary>Downloads with a fake dotnet that writes the package, or does not.</summary>
public sealed class EncoderDownloadTests : IDisposable
{
    private const string Model = "the model";

    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];
    private string _model = Model;
    private string? _license = "MIT License";
    private CommandResult? _result = FakeCommands.Success;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Model_and_license_are_copied_once()
    {
        await Fetch();
        Assert.Equal(Model, File.ReadAllText(_folder["data/model.onnx"]));
        Assert.Equal(_license, File.ReadAllText(_folder["data/LICENSE"]));

        _result = null;
        await Fetch();
        Assert.EndsWith("model.onnx: already complete", _log[^1]);
    }

    [Fact]
    public async Task Damaged_file_is_replaced()
    {
        _folder.Write("data/model.onnx", "half of the model");
        await Fetch();
        Assert.Equal(Model, File.ReadAllText(_folder["data/model.onnx"]));
    }

    [Fact]
    public async Task Model_with_another_hash_is_refused()
    {
        _model = "another model";
        Assert.Contains($"net.onnx has the SHA-256 {FileHash.OfText("another model")}, expected {FileHash.OfText(Model)}", await Failure());
    }

    [Fact]
    public async Task Missing_dotnet_is_named()
    {
        _result = null;
        Assert.Contains("this machine does not have dotnet", await Failure());
    }

    [Theory]
    [InlineData("fetch.csproj : error NU1101: Unable to find package\nmore", "", "dotnet restore failed: fetch.csproj : error NU1101")]
    [InlineData("", "no network", "dotnet restore failed: no network")]
    public async Task Failed_restore_shows_its_error(string output, string error, string message)
    {
        _result = new CommandResult(1, output, error);
        Assert.Contains(message, await Failure());
    }

    /// <summary>Otherwise the next run would find the model and never copy its license.</summary>
    [Fact]
    public async Task Package_without_license_leaves_no_model()
    {
        _license = null;
        Assert.Contains("the package does not have LICENSE", await Failure());
    }

    [Fact]
    public async Task File_of_the_user_is_left_alone()
    {
        await new EncoderDownload(new FakeCommands((_, _, _) => throw new InvalidOperationException()), _log.Add)
            .FetchAsync(EncoderModels.Options(_folder["own.onnx"]), CancellationToken.None);
        Assert.Empty(_log);
    }

    [Fact]
    public void Known_encoders_have_a_hash_a_license_and_a_file_below_data() =>
        Assert.All(KnownEncoder.All.Values, known =>
        {
            Assert.Matches("^[0-9a-f]{64}$", known.Sha256);
            Assert.NotNull(known.Options.License);
            Assert.StartsWith("data/encoders/", known.Options.File);
        });

    private async Task<string> Failure()
    {
        var message = (await Assert.ThrowsAsync<UserException>(Fetch)).Message;
        Assert.StartsWith($"{_folder["data/model.onnx"]} could not be downloaded: ", message);
        Assert.EndsWith("Copy net.onnx of the NuGet package test.package there yourself", message);
        Assert.False(File.Exists(_folder["data/model.onnx"]));
        return message;
    }

    private Task Fetch() => new EncoderDownload(new FakeCommands(Restore), _log.Add).FetchAsync(
        new KnownEncoder(
            "a test", "test.package", "1.2.3", "tools/net.onnx", FileHash.OfText(Model),
            EncoderModels.Options(_folder["data/model.onnx"], """, "license": "MIT" """)),
        CancellationToken.None);

    private CommandResult? Restore(string program, IReadOnlyList<string> arguments, string folder)
    {
        Assert.Equal("dotnet", program);
        Assert.Contains("Include=\"test.package\" Version=\"[1.2.3]\"", File.ReadAllText(Path.Combine(folder, "fetch.csproj")));
        if (_result?.ExitCode == 0)
        {
            var package = Path.Combine(folder, "test.package", "1.2.3");
            Directory.CreateDirectory(Path.Combine(package, "tools"));
            File.WriteAllText(Path.Combine(package, "tools/net.onnx"), _model);
            if (_license is not null)
            {
                File.WriteAllText(Path.Combine(package, "LICENSE"), _license);
            }
        }

        return _result;
    }
}
