using System.Text.RegularExpressions;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Tests.Pipeline.Execution;

public sealed partial class FirstErrorTests
{
    [Fact]
    public void An_error_of_parallel_work_is_thrown_itself()
    {
        static void Work() => FirstError.Of(() => Parallel.For(3, 4, i => throw new UserException($"item {i} is wrong")));

        Assert.Equal("item 3 is wrong", Assert.Throws<UserException>(Work).Message);
    }

    [Fact]
    public void A_failure_comes_before_the_cancellations_that_it_causes()
    {
        var failure = new IOException("disk");

        Assert.Same(failure, FirstError.In(new AggregateException(
            new OperationCanceledException(), new AggregateException(new AggregateException(failure)))));
        Assert.IsType<OperationCanceledException>(FirstError.In(new AggregateException(new OperationCanceledException())));
        Assert.Same(failure, FirstError.In(failure));
    }

    [Fact]
    public void Every_parallel_loop_unwraps_its_errors()
    {
        var loops = Directory.EnumerateFiles(Path.Combine(Repository.Root, "stages"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(path => File.ReadLines(path).Where(line => Loop().IsMatch(line)).Select(line => $"{path}: {line.Trim()}"))
            .ToList();

        Assert.NotEmpty(loops);
        Assert.All(loops, line => Assert.Contains("FirstError.Of(() => Parallel.", line, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\bParallel\.(For|ForEach|Invoke)|\.AsParallel\(|Task\.WaitAll\(")]
    private static partial Regex Loop();
}
