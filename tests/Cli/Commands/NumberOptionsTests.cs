using System.CommandLine;
using System.Globalization;
using Distill.Cli.Commands;

namespace Tests.Cli.Commands;

/// <summary>Tests the numbers on the command line: each range has one message, and every option of a number has a range.</summary>
public sealed class NumberOptionsTests
{
    private static readonly Command[] All =
    [
        RunCommand.Create(), StatusCommand.Create(), DataCommand.Create(), EvaluateCommand.Create(), PredictCommand.Create(),
        PublishCommand.Create(), ResultsCommand.Create(), CrossValidateCommand.Create(), RehearseCommand.Create(), DoctorCommand.Create(),
        OptionsCommand.Create(), SchemaCommand.Create(), InitCommand.Create(), ServeCommand.Create(),
    ];

    [Theory]
    [InlineData("predict x.png --top 0", "--top: found \"0\", expected a whole number of at least 1")]
    [InlineData("predict x.png --top -3", "--top: found \"-3\", expected a whole number of at least 1")]
    [InlineData("predict x.png --top three", "--top: found \"three\", expected a whole number of at least 1")]
    [InlineData("predict x.png --top 1.5", "--top: found \"1.5\", expected a whole number of at least 1")]
    [InlineData("predict x.png --top 99999999999", "--top: found \"99999999999\", expected a whole number of at least 1")]
    [InlineData("run --seed -1", "--seed: found \"-1\", expected a whole number of at least 0")]
    [InlineData("cross-validate --folds 1", "--folds: found \"1\", expected a whole number of at least 2")]
    [InlineData("cross-validate --steps 5 0", "--steps: found \"0\", expected a whole number of at least 1")]
    [InlineData("rehearse --width 0", "--width: found \"0\", expected a number above 0 and at most 16")]
    [InlineData("rehearse --width NaN", "--width: found \"NaN\", expected a number above 0 and at most 16")]
    [InlineData("rehearse --width 17", "--width: found \"17\", expected a number above 0 and at most 16")]
    [InlineData("rehearse --batch 1", "--batch: found \"1\", expected a whole number of at least 2")]
    [InlineData("rehearse --steps 0", "--steps: found \"0\", expected a whole number of at least 1")]
    [InlineData("init x --per-class 0", "--per-class: found \"0\", expected a whole number of at least 1")]
    [InlineData("init x --minutes 0", "--minutes: found \"0\", expected a number above 0 and at most 100000")]
    [InlineData("rehearse --image-size 7", "--image-size: found \"7\", expected a whole number of at least 8")]
    [InlineData("serve x --port 65536", "--port: found \"65536\", expected a whole number from 0 to 65535")]
    [InlineData("serve x --max-images 0", "--max-images: found \"0\", expected a whole number from 1 to 1000")]
    [InlineData("serve x --max-megapixels 101", "--max-megapixels: found \"101\", expected a whole number from 1 to 100")]
    public void A_number_outside_of_its_range_is_refused_in_one_message(string line, string message) =>
        Assert.Equal([message], Parse(line).Errors.Select(error => error.Message));

    [Theory]
    [InlineData("predict x.png --top 1", "--top", 1)]
    [InlineData("run --seed 0", "--seed", 0)]
    [InlineData("cross-validate --folds 2", "--folds", 2)]
    [InlineData("rehearse --width 16", "--width", 16)]
    [InlineData("rehearse", "--batch", 4)]
    [InlineData("rehearse", "--image-size", 64)]
    public void Ends_of_a_range_and_defaults_are_accepted(string line, string option, double value)
    {
        var parsed = Parse(line);

        Assert.Empty(parsed.Errors);
        Assert.Equal(value, parsed.GetValue<object>(option) is IConvertible number ? number.ToDouble(CultureInfo.InvariantCulture) : -1);
    }

    [Fact]
    public void Several_lengths_are_read_in_order_and_none_is_the_default()
    {
        Assert.Equal([2, 4], Parse("cross-validate --steps 2 4").GetValue<int[]>("--steps")!);
        Assert.Empty(Parse("cross-validate").GetValue<int[]>("--steps") ?? []);
    }

    [Fact]
    public void Every_option_of_a_number_refuses_what_is_not_one()
    {
        var numbers = All.SelectMany(WithSubcommands)
            .SelectMany(command => command.Options.Select(option => (Command: command, Option: option)))
            .Where(pair => IsNumber(pair.Option.ValueType.GetElementType() ?? pair.Option.ValueType))
            .ToList();

        Assert.True(numbers.Count >= 10);
        Assert.All(numbers, pair => Assert.Contains(
            pair.Command.Parse([pair.Option.Name, "few"]).Errors,
            error => error.Message.StartsWith($"{pair.Option.Name}: found \"few\", expected a ", StringComparison.Ordinal)));
    }

    private static bool IsNumber(Type type) =>
        Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    private static IEnumerable<Command> WithSubcommands(Command command) =>
        command.Subcommands.SelectMany(WithSubcommands).Prepend(command);

    private static ParseResult Parse(string line)
    {
        var words = line.Split(' ');
        return All.Single(command => command.Name == words[0]).Parse(words[1..]);
    }
}
