//! What the peers in Rust share: the job that tools/compare-peers gives, timed slices, and the line that it reads.

use std::time::Instant;

pub const IMAGES: usize = 8192;
pub const CLASSES: usize = 10;

#[derive(Clone, Copy, Debug)]
#[allow(dead_code)]
pub enum Layer {
    Conv { filters: usize, kernel: usize },
    Relu,
    Pool,
    Flatten,
    Dense { units: usize },
    Dropout { rate: f64 },
}

#[derive(Clone, Copy, Debug)]
#[allow(dead_code)]
pub enum Optimizer {
    Adam { rate: f64, epsilon: f32 },
    Sgd { rate: f64, momentum: f64 },
}

pub struct Job {
    pub train: bool,
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub layers: Vec<Layer>,
    pub optimizer: Optimizer,
    pub batch: usize,
    pub seconds: f64,
    /// 0 to 1, image by image, the channels' planes apart.
    pub images: Vec<f32>,
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("'{text}' is no number"))
}

fn layer(word: &str) -> Layer {
    let parts: Vec<&str> = word.split(':').collect();
    match parts[0] {
        "conv" => Layer::Conv { filters: number(parts[1]), kernel: number(parts[2]) },
        "relu" => Layer::Relu,
        "pool" => Layer::Pool,
        "flatten" => Layer::Flatten,
        "dense" => Layer::Dense { units: number(parts[1]) },
        "dropout" => Layer::Dropout { rate: number(parts[1]) },
        other => panic!("no layer '{other}'"),
    }
}

fn optimizer(text: &str) -> Optimizer {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[0] {
        "adam" => Optimizer::Adam { rate: number(parts[1]), epsilon: number(parts[2]) },
        "sgd" => Optimizer::Sgd { rate: number(parts[1]), momentum: number(parts[2]) },
        other => panic!("no optimizer '{other}'"),
    }
}

fn planes(bytes: &[u8], pixels: usize, channels: usize) -> Vec<f32> {
    let mut images = Vec::with_capacity(bytes.len());
    for image in bytes.chunks_exact(pixels * channels) {
        for c in 0..channels {
            images.extend((0..pixels).map(|p| image[p * channels + c] as f32 / 255.0));
        }
    }
    images
}

/// MODE HxWxC LAYERS OPTIMIZER BATCH SECONDS IMAGES
pub fn job() -> Job {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let size: Vec<usize> = words[1].split('x').map(number).collect();
    let bytes = std::fs::read(&words[6]).expect("the images can't be read");
    let pixels = size[0] * size[1];
    Job {
        train: words[0] == "train",
        height: size[0],
        width: size[1],
        channels: size[2],
        layers: words[2].split(',').map(layer).collect(),
        optimizer: optimizer(&words[3]),
        batch: number(&words[4]),
        seconds: number(&words[5]),
        images: planes(&bytes[..IMAGES * pixels * size[2]], pixels, size[2]),
    }
}

/// The order of an epoch.
pub fn shuffled(state: &mut u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..IMAGES).collect();
    for i in (1..IMAGES).rev() {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        order.swap(i, (*state >> 33) as usize % (i + 1));
    }
    order
}

/// Images per second of slices of about a quarter of `seconds`, after a warm-up. `run` does so many steps and waits for them.
pub fn time_slices(seconds: f64, batch: usize, mut run: impl FnMut(usize)) -> Vec<f64> {
    run(2);
    let mut steps = 1;
    loop {
        let start = Instant::now();
        run(steps);
        let passed = start.elapsed().as_secs_f64();
        if passed >= seconds / 16.0 {
            steps = ((seconds / 4.0 / passed * steps as f64) as usize).max(1);
            break;
        }
        steps *= 2;
    }
    let (mut rates, mut total) = (Vec::new(), 0.0);
    while total < seconds {
        let start = Instant::now();
        run(steps);
        let passed = start.elapsed().as_secs_f64();
        rates.push((steps * batch) as f64 / passed);
        total += passed;
    }
    rates
}

pub fn report(rates: &[f64], device: &str) {
    println!("{{\"images_per_second\": {rates:?}, \"device\": {device:?}}}");
}
