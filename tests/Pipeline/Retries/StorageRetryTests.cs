using Distill.Pipeline.Retries;
using Distill.Pipeline.Storage;
using Tests.Faults;

namespace Tests.Pipeline.Retries;

public sealed class StorageRetryTests : IDisposable
{
    private const int StaleHandle = 116;

    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    [Fact]
    public void A_save_is_retried_while_the_file_system_is_away()
    {
        var left = 3;
        Fail(path => new IOException($"Stale file handle : '{path}'", StaleHandle), operation => operation.Kind == "create" && --left >= 0);

        Store().Save(7, [], place => Durable.WritePart(Path.Combine(place, "a"), "a"));
        Durable.UseFileSystem(null);

        Assert.Equal(7, Store().LoadNewest()!.Step);
        Assert.Equal(3, _log.Count);
        Assert.All(_log, line => Assert.StartsWith("saving failed: Stale file handle : '", line));
    }

    [Fact]
    public void The_last_error_reaches_the_caller()
    {
        var attempts = 0;
        Fail(DiskErrors.Broken, operation => operation.Kind == "create" && ++attempts > 0);

        Assert.Throws<IOException>(() => Store().Save(7, [], place => Durable.WritePart(Path.Combine(place, "a"), "a")));
        Assert.Equal(1 + StorageRetry.Retries, attempts);
    }

    [Fact]
    public void A_full_disk_is_not_retried()
    {
        var attempts = 0;
        Fail(DiskErrors.Full, operation => operation.Kind == "create" && ++attempts > 0);

        Assert.Throws<IOException>(() => Store().Save(7, [], place => Durable.WritePart(Path.Combine(place, "a"), "a")));
        Assert.Equal(1, attempts);
        Assert.Empty(_log);
    }

    public void Dispose()
    {
        Durable.UseFileSystem(null);
        _folder.Dispose();
    }

    private static void Fail(Func<string, Exception> errorOf, Func<Operation, bool> when) => Durable.UseFileSystem(new FaultyFileSystem(
        new Disk(),
        operation => operation.Path.Contains("step-", StringComparison.Ordinal) && when(operation)
            ? new Fault(false, () => throw errorOf(operation.Path))
            : null));

    private CheckpointStore Store() => new(_folder.Path, new string('a', 64), 2, warning => Assert.Fail(warning))
    {
        Attempt = new StorageRetry(TimeProvider.System, _log.Add, TimeSpan.FromMilliseconds(1)).Run,
    };
}
