using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Distill.Cli.Commands;

/// <summary>Creates options whose value is a number in a range. Anything else is refused, and the message states the range.</summary>
internal static class NumberOptions
{
    /// <summary>Creates an option of a whole number, which is null where it is not given.</summary>
    public static Option<int?> OptionalInteger(string name, string description, int min, int max = int.MaxValue) => new(name)
    {
        Description = description,
        CustomParser = result => Integer(result, name, min, max),
    };

    /// <summary>Creates an option of a whole number with a default.</summary>
    public static Option<int> Integer(string name, string description, int fallback, int min, int max = int.MaxValue) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result => Integer(result, name, min, max) ?? fallback,
    };

    /// <summary>Creates an option of one or more whole numbers; none by default.</summary>
    public static Option<int[]> Integers(string name, string description, int min, int max = int.MaxValue) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(token => Integer(result, token, name, min, max)).OfType<int>()],
    };

    /// <summary>Creates an option of a number above 0, with a largest value and a default.</summary>
    public static Option<double> Positive(string name, string description, double fallback, double max) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= max)
            {
                return number;
            }

            result.AddError(FormattableString.Invariant($"{name}: found \"{text}\", expected a number above 0 and at most {max}"));
            return fallback;
        },
    };

    private static int? Integer(ArgumentResult result, string name, int min, int max) =>
        Integer(result, result.Tokens[0], name, min, max);

    private static int? Integer(ArgumentResult result, Token token, string name, int min, int max)
    {
        if (int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max)
        {
            return number;
        }

        var range = max == int.MaxValue ? $"of at least {min}" : $"from {min} to {max}";
        result.AddError($"{name}: found \"{token.Value}\", expected a whole number {range}");
        return null;
    }
}
