//! The distributions of modules that are called otherwise, so that advice to install something names what can be installed.

/// Modules that are often imported, with the distributions that have them.
const NAMES: [(&str, &str); 24] = [
    ("Crypto", "pycryptodome"),
    ("OpenSSL", "pyOpenSSL"),
    ("PIL", "Pillow"),
    ("attr", "attrs"),
    ("bs4", "beautifulsoup4"),
    ("cv2", "opencv-python"),
    ("dateutil", "python-dateutil"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("fitz", "PyMuPDF"),
    ("git", "GitPython"),
    ("google.protobuf", "protobuf"),
    ("grpc", "grpcio"),
    ("jose", "python-jose"),
    ("jwt", "PyJWT"),
    ("magic", "python-magic"),
    ("pkg_resources", "setuptools"),
    ("pptx", "python-pptx"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("usb", "pyusb"),
    ("yaml", "PyYAML"),
    ("zmq", "pyzmq"),
];

/// The distribution that has `module`, where it is called otherwise.
pub fn of_module(module: &str) -> Option<&'static str> {
    let is_it = |name: &str| module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    NAMES.iter().find(|(name, _)| is_it(name)).map(|(_, distribution)| *distribution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_lead_to_distributions() {
        assert_eq!(of_module("yaml"), Some("PyYAML"));
        assert_eq!(of_module("google.protobuf.message"), Some("protobuf"));
        assert_eq!(of_module("yamlish"), None);
        assert!(NAMES.is_sorted());
    }
}
