using System.Text.RegularExpressions;

namespace Distill.Learning.Native.Loading;

/// <summary>The version of a libtorch.</summary>
/// <param name="Text">The version, such as <c>2.10.0+cpu</c>.</param>
/// <param name="Cuda">The CUDA version that it was built with, such as <c>12.8</c>; null for none, or if it is unknown.</param>
internal sealed partial record LibTorchVersion(string Text, string? Cuda)
{
    /// <summary>TorchSharp 0.107 is built for 2.10. Add another version here once tests/gpu/prove.sh has passed on it.</summary>
    private static readonly string[] Proven = ["2.10"];

    public static string ProvenText { get; } = string.Join(" or ", Proven);

    public bool IsProven => Proven.Any(version => Text == version || Text.StartsWith(version + ".", StringComparison.Ordinal));

    /// <summary>
    /// Reads the version from a file beside the libraries: a wheel's <c>torch/version.py</c>, or an unpacked libtorch's
    /// <c>build-version</c>. Null if there is neither. Python is not started, because importing torch takes seconds.
    /// </summary>
    /// <param name="folder">The folder of the libraries, <c>torch/lib</c> or <c>libtorch/lib</c>.</param>
    public static LibTorchVersion? ReadBeside(string folder)
    {
        var above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? folder;
        if (TextOf(Path.Combine(above, "version.py")) is { } python && StatedVersion().Match(python) is { Success: true } stated)
        {
            var cuda = StatedCuda().Match(python);
            return new LibTorchVersion(stated.Groups[1].Value, cuda.Success ? cuda.Groups[1].Value : null);
        }

        return TextOf(Path.Combine(above, "build-version"))?.Trim() is { Length: > 0 } built
            ? new LibTorchVersion(built, CudaOf(built))
            : null;
    }

    /// <summary>Decodes <c>aoti_torch_abi_version</c>, whose highest three bytes are major, minor and patch.</summary>
    public static LibTorchVersion FromAbi(ulong version) =>
        new(FormattableString.Invariant($"{version >> 56}.{(version >> 48) & 0xff}.{(version >> 40) & 0xff}"), null);

    private static string? CudaOf(string version) =>
        CudaSuffix().Match(version) is { Success: true } suffix ? $"{suffix.Groups[1].Value}.{suffix.Groups[2].Value}" : null;

    private static string? TextOf(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    [GeneratedRegex("""^__version__\s*(?::\s*\w+\s*)?=\s*['"]([^'"]+)['"]""", RegexOptions.Multiline)]
    private static partial Regex StatedVersion();

    [GeneratedRegex("""^cuda\s*(?::[^=]+)?=\s*['"]([^'"]+)['"]""", RegexOptions.Multiline)]
    private static partial Regex StatedCuda();

    [GeneratedRegex("""\+cu(\d+)(\d)$""")]
    private static partial Regex CudaSuffix();
}
