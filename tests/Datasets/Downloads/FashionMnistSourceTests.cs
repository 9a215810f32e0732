using System.Net;
using System.Security.Cryptography;
using Distill.Datasets.Downloads;
using Distill.Datasets.Idx;
using Distill.Pipeline.Options;
using Tests.Datasets.Idx;
using Tests.Pipeline;

namespace Tests.Datasets.Downloads;

public sealed class FashionMnistSourceTests : IDisposable
{
    private const string PackageFolder = "/nowhere/datasets";

    private static readonly byte[] Content = IdxFiles.Labels(1, 2, 3);
    private static readonly byte[] Compressed = IdxFiles.Gzip(Content);
    private static readonly PublishedFile Wanted = new("labels", Hash(Content), Hash(Compressed), Compressed.Length);

    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_right_file_in_the_folder_is_kept()
    {
        await File.WriteAllBytesAsync(_folder["labels"], Content);
        await FetchAsync(NoPrograms(), new ScriptedMirror());
        Assert.Equal(["fashion-mnist is complete in " + _folder.Path], _log);
    }

    [Fact]
    public async Task An_installed_package_is_found_where_dpkg_lists_it()
    {
        using var package = new TempFolder();
        await File.WriteAllBytesAsync(package["labels.gz"], Compressed);
        var commands = new FakeCommands((program, _, _) =>
            program == "dpkg" ? new CommandResult(0, $"/.\n{package.Path}\n{package["labels.gz"]}\n", "") : null);
        await FetchAsync(commands, new ScriptedMirror());

        AssertFetched("labels.gz");
    }

    [Fact]
    public async Task A_package_is_downloaded_with_a_private_state_of_apt()
    {
        var commands = Apt(Content);
        await FetchAsync(commands, new ScriptedMirror());

        AssertFetched("labels");

        var apt = commands.Calls.Where(call => call.StartsWith("apt-get", StringComparison.Ordinal)).ToList();
        Assert.EndsWith(" update", apt[0], StringComparison.Ordinal);
        Assert.EndsWith(" download dataset-fashion-mnist", apt[1], StringComparison.Ordinal);
        Assert.All(apt, call => Assert.Contains("Dir::State=/", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_packages_the_mirrors_are_used()
    {
        await FetchAsync(NoPrograms(), new ScriptedMirror(ScriptedMirror.Whole(Compressed)));
        AssertFetched("labels.gz");
    }

    [Fact]
    public async Task A_wrong_file_of_any_source_is_rejected_and_replaced()
    {
        await File.WriteAllTextAsync(_folder["labels"], "wrong");
        var mirror = new ScriptedMirror(ScriptedMirror.Whole(new byte[Compressed.Length]), ScriptedMirror.Whole(Compressed));
        await FetchAsync(Apt([1, 2, 3]), mirror);

        Assert.Equal(Compressed, await File.ReadAllBytesAsync(_folder["labels.gz"]));
        Assert.Contains($"Rejected {_folder["labels"]}: its content differs from that of the published labels", _log);
        Assert.Contains(_log, line => line.Contains("unpacked/nowhere/datasets/labels: its content differs", StringComparison.Ordinal));
        Assert.Contains(_log, line => line.StartsWith("Deleted labels.gz from http://one.test/labels.gz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task If_all_sources_fail_the_message_lists_their_errors()
    {
        var commands = new FakeCommands((program, arguments, _) => program switch
        {
            "dpkg-deb" => FakeCommands.Success,
            "apt-get" when arguments[^1] == "update" => FakeCommands.Success,
            "apt-get" => new CommandResult(100, "", "W: nothing\nE: Unable to locate package dataset-fashion-mnist\n"),
            _ => new CommandResult(1, "", "not installed"),
        });
        var mirror = new ScriptedMirror(
            ScriptedMirror.Status(HttpStatusCode.NotFound), ScriptedMirror.Status(HttpStatusCode.Forbidden));
        var message = (await Assert.ThrowsAsync<UserException>(() => FetchAsync(commands, mirror))).Message;

        Assert.Contains("as installed: some files are missing", message, StringComparison.Ordinal);
        Assert.Contains("apt-get failed: E: Unable to locate package dataset-fashion-mnist", message, StringComparison.Ordinal);
        Assert.Contains("http://one.test/labels.gz: HTTP 404", message, StringComparison.Ordinal);
        Assert.Contains("http://two.test/labels.gz: HTTP 403", message, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    private static FakeCommands NoPrograms() => new((_, _, _) => null);

    /// <summary>A machine whose package has this content, and whose update reports a broken source.</summary>
    private static FakeCommands Apt(byte[] content) => new((program, arguments, folder) =>
    {
        if (program == "apt-get" && arguments.Contains("download"))
        {
            File.WriteAllText(Path.Combine(folder, "dataset-fashion-mnist_1_all.deb"), "");
        }
        else if (program == "dpkg-deb" && arguments[0] == "-x")
        {
            var unpacked = Directory.CreateDirectory(Path.Join(arguments[2], PackageFolder)).FullName;
            File.WriteAllBytes(Path.Combine(unpacked, "labels"), content);
        }

        return arguments.Contains("update") ? new CommandResult(100, "", "E: broken source") : FakeCommands.Success;
    });

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private async Task FetchAsync(ICommands commands, ScriptedMirror handler)
    {
        using (handler)
        {
            var source = new FashionMnistSource(
                [Wanted],
                [new("http://one.test/"), new("http://two.test/")],
                commands,
                PackageFolder,
                handler,
                new DownloadOptions { FirstDelay = TimeSpan.Zero });
            await source.FetchAsync(_folder.Path, _log.Add, CancellationToken.None);
        }
    }

    private void AssertFetched(string name)
    {
        Assert.Equal([name], _folder.Names());
        Assert.Equal(Wanted.Sha256, IdxFile.Sha256(_folder[name]));
    }
}
