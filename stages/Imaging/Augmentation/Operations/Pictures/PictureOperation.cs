namespace Distill.Imaging.Augmentation.Operations.Pictures;

/// <summary>The operations that policies of RandAugment draw from.</summary>
internal enum PictureOperation
{
    Identity,
    AutoContrast,
    Equalize,
    Invert,
    Posterize,
    Solarize,
    Color,
    Contrast,
    Brightness,
    Sharpness,
    Rotate,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Cutout,
}
