using Distill.Imaging.Augmentation.Operations.Pictures;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>A list of operations from which RandAugment draws, as a program of its authors has it.</summary>
/// <param name="Name">Value of the option <c>policy</c>.</param>
/// <param name="Help">What the list contains.</param>
/// <param name="Operations">The operations, all equally likely.</param>
internal sealed record RandAugmentPolicy(string Name, string Help, IReadOnlyList<PictureOperation> Operations)
{
    /// <summary>FixMatch's code for CIFAR and SVHN: 14 operations.</summary>
    public static readonly RandAugmentPolicy FixMatch = new(
        "fixmatch",
        "The 14 operations of FixMatch.",
        [
            PictureOperation.Identity, PictureOperation.AutoContrast, PictureOperation.Equalize, PictureOperation.Rotate,
            PictureOperation.Solarize, PictureOperation.Color, PictureOperation.Contrast, PictureOperation.Brightness,
            PictureOperation.Sharpness, PictureOperation.ShearX, PictureOperation.TranslateX, PictureOperation.TranslateY,
            PictureOperation.Posterize, PictureOperation.ShearY,
        ]);

    /// <summary>UDA's code for CIFAR and SVHN: 15 operations, with inversion and cutout, without the identity.</summary>
    public static readonly RandAugmentPolicy Uda = new(
        "uda",
        "The 15 operations of UDA.",
        [
            PictureOperation.Invert, PictureOperation.Cutout, PictureOperation.Sharpness, PictureOperation.AutoContrast,
            PictureOperation.Posterize, PictureOperation.ShearX, PictureOperation.TranslateX, PictureOperation.TranslateY,
            PictureOperation.ShearY, PictureOperation.Rotate, PictureOperation.Equalize, PictureOperation.Contrast,
            PictureOperation.Color, PictureOperation.Solarize, PictureOperation.Brightness,
        ]);

    /// <summary>The policies by name.</summary>
    public static readonly IReadOnlyDictionary<string, RandAugmentPolicy> All =
        new[] { FixMatch, Uda }.ToDictionary(policy => policy.Name);
}
